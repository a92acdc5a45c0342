# One word a task, the same here and in CI. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
export PATH := $(BIN):$(PATH)
# What the labextension is built from: any change there builds it again.
SOURCES := $(shell find labextension/src labextension/style labextension/schema -type f 2>/dev/null) \
	$(wildcard labextension/*.json labextension/*.js labextension/*.mjs labextension/.yarnrc.yml labextension/yarn.lock)

.PHONY: help setup demo lab check test test-fast bench docs lock clean

help: ## List the tasks.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.installed ## Make .venv with everything in it, from the lock files.

$(VENV)/.packages: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make setup PYTHON=python3.12" >&2; exit 2; }
	@command -v node >/dev/null || { echo "Node 20 or newer is needed: https://nodejs.org" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "The venv module is needed: apt install python3-venv" >&2; exit 2; }
	@echo "Installing the packages of requirements.lock ..."
	@grep '^uv==' requirements.lock > $(VENV)/uv.txt && python -m pip install --quiet --disable-pip-version-check -r $(VENV)/uv.txt
	@uv pip install --quiet --python $(BIN)/python -r requirements.lock
	@touch $@

$(VENV)/.installed: $(VENV)/.packages pyproject.toml $(SOURCES)
	@echo "Building the labextension and installing the package ..."
	@uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --reinstall-package jupyter-mlops -e .
	@touch $@

demo: setup ## Run the example pipeline headless, and say where to look.
	@cd example-notebooks && jupyter mlops run breast-cancer/pipeline.yaml
	@echo
	@echo "Open JupyterLab on it:  make lab"

lab: setup ## Open JupyterLab on the examples.
	cd example-notebooks && jupyter lab

check: setup ## Lint, format, types, floors: under a minute.
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	cd labextension && jlpm lint:check

test: setup .chromium check ## Everything: Python, TypeScript, real browser, house rules.
	cd labextension && jlpm test
	python -m pytest

test-fast: setup ## The Python tests that need no kernel, server or browser.
	python -m pytest -m "not slow and not browser"

# The browser tests drive Debian's chromium; it is installed where no browser is found.
.PHONY: .chromium
.chromium:
	@command -v chromium >/dev/null || test -n "$${CHROMIUM:-}" || { \
		echo "Installing chromium ..."; \
		as_root=$$(test "$$(id -u)" = 0 || echo sudo); \
		$$as_root apt-get update -qq; \
		DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-liberation >/dev/null; }

bench: setup ## Print how we compare with peers, measured here in one run.
	python -m benchmarks

docs: setup ## Build the documentation into site/.
	NO_MKDOCS_2_WARNING=1 mkdocs build --strict --quiet

lock: ## Make requirements.lock anew from pyproject.toml.
	uv pip compile pyproject.toml --all-extras --group build --group check --group docs --group test \
		--universal --no-header --no-annotate --no-emit-index-url --quiet --upgrade -o requirements.lock

clean: ## Remove what was built and installed; runs and models stay.
	rm -rf $(VENV) site dist labextension/lib labextension/node_modules jupyter_mlops/_labextension
