"""What a user can set, call or see stands in the documentation, and what stands there is true."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import fields
from functools import cache
from pathlib import Path

import click
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager

import jupyter_mlops
from jupyter_mlops import errors, plugins, settings
from jupyter_mlops.cli.exit_code import ExitCode
from jupyter_mlops.cli.main import cli
from jupyter_mlops.kernel.track_magic import track
from jupyter_mlops.pipelines import execution, spec
from jupyter_mlops.registry.gate import Candidate
from jupyter_mlops.server.endpoint import STATUS
from jupyter_mlops.server.routes import ROUTES, UnknownEndpoint
from jupyter_mlops.settings import Settings
from jupyter_mlops.testing.gate_contract import GateContract

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *(ROOT / f for f in ("README.md", "CONTRIBUTING.md"))])
PACKAGE = ROOT / "jupyter_mlops"

LANGUAGES = {"console", "pycon", "python", "text", "toml", "yaml"}
FENCE = re.compile(r"^(?P<indent> *)(?P<mark>```+)(?P<language>\S*)\s*$")


def at(page):
    return page.relative_to(ROOT).as_posix()


@cache
def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def fences(page):
    """Return the language and content of each fenced block, and the text around them."""
    blocks, prose, block = [], [], None
    for line in page.read_text(encoding="utf-8").splitlines():
        fence = FENCE.match(line)
        if block is None and fence:
            block = (fence["language"], [], len(fence["indent"]))
        elif block is None:
            prose.append(line)
        elif fence and not fence["language"]:
            blocks.append((block[0], "\n".join(block[1]) + "\n"))
            block = None
        else:
            block[1].append(line[block[2] :])
    assert block is None, f"a block of {page.name} is not closed"
    return blocks, "\n".join(prose)


def blocks(language, pages=PAGES):
    return [
        pytest.param(block, id=f"{at(page)}-{number}")
        for page in pages
        for number, (name, block) in enumerate(fences(page)[0], 1)
        if name == language
    ]


def missing(names, page):
    """Return the names that do not stand on a page as code, alone or first."""
    written = re.findall(r"`([^`]+)`", fences(ROOT / page)[1])
    words = {word for code in written for word in (code, *code.split()[:1])}
    return sorted(set(names) - words)


# -- everything that there is stands in the documentation


def test_every_setting_stands_with_its_variable():
    names = [field.name for field in fields(Settings)]
    variables = [settings._ENVIRONMENT.get(name, f"JUPYTER_MLOPS_{name.upper()}") for name in names]

    assert [] == missing([*names, *variables], "docs/settings.md")


def test_every_environment_variable_stands_in_the_settings():
    pattern = re.compile(r"(JUPYTER_MLOPS|JUPYTERHUB|JPY|MLFLOW)_[A-Z]\w*")
    read = {
        node.value
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and pattern.fullmatch(node.value)
        and not hasattr(settings, node.value)
    }

    assert "JPY_SESSION_NAME" in read
    assert [] == missing(read | set(settings.MLFLOW_DEFAULTS), "docs/settings.md")


def test_the_page_of_the_command_line_is_current():
    path = DOCS / "cli_reference.py"
    module_spec = importlib.util.spec_from_file_location("cli_reference", path)
    module = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(module)

    assert module.page() == text("docs/reference/cli.md"), "run python docs/cli_reference.py"


def test_every_command_and_flag_stands():
    context = click.Context(cli)
    commands = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    flags = {
        flag
        for command in commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for flag in (*parameter.opts, *parameter.secondary_opts)
    }
    page = text("docs/reference/cli.md")

    assert {"run", "runs", "models", "sync"} <= set(commands)
    assert [] == [name for name in commands if f"\n## {name}\n" not in page]
    assert [] == sorted(flag for flag in flags if not re.search(rf"{flag}\b", page))


def test_every_flag_of_track_stands():
    flags = {flag for action in track.parser._actions for flag in action.option_strings}

    assert "--no-auto" in flags
    assert [] == missing(flags, "docs/track.md")


def test_every_public_name_stands():
    page = text("docs/reference/python.md")

    assert [] == [n for n in jupyter_mlops.__all__ if not re.search(rf"`mlops\.{n}\b", page)]
    assert [] == missing(set(errors.__all__) - {"MlopsError"}, "docs/reference/python.md")


def test_every_endpoint_stands():
    addresses = {
        re.sub(r"\(.*?\)", "ID", address)
        for address, endpoint in ROUTES
        if endpoint is not UnknownEndpoint
    }

    assert [] == missing(addresses, "docs/reference/endpoints.md")


def test_every_kind_of_error_stands_with_its_status():
    page = text("docs/reference/endpoints.md")

    for kind, status in STATUS.items():
        assert f"| `{kind}` | {int(status)}" in page


def test_every_event_stands():
    schemas = [yaml.safe_load(f.read_text()) for f in (PACKAGE / "server/events").glob("*.yaml")]
    names = {schema["$id"] for schema in schemas}
    names |= {name for schema in schemas for name in schema["properties"]}
    names |= set(execution._EVENTS)

    assert schemas
    assert [] == missing(names, "docs/reference/endpoints.md")


def test_every_plugin_group_and_built_in_stands():
    groups = {f"jupyter_mlops.{group}" for group in plugins.GROUPS}
    declared = tomllib.loads(text("pyproject.toml"))["project"]["entry-points"]
    names = {name for members in declared.values() for name in members}

    assert set(declared) <= groups
    assert [] == missing(groups | names, "docs/reference/plugins.md")


def test_what_the_page_of_plugins_names_exists():
    names = re.findall(r"`((?:\w+\.)+[A-Z]\w+)`", text("docs/reference/plugins.md"))

    assert names
    for name in names:
        module, _, attribute = name.rpartition(".")
        package = "jupyter_mlops.testing" if "contract" in module else "jupyter_mlops"
        assert hasattr(importlib.import_module(f"{package}.{module}"), attribute), name


def test_every_key_of_a_pipeline_stands():
    kinds = (spec._PipelineKeys, spec._NotebookKeys, spec._ModelKeys)
    keys = {f.alias or name for kind in kinds for name, f in kind.model_fields.items()}

    assert {"from", "matrix", "steps"} <= keys
    assert [] == missing(keys, "docs/reference/pipeline-yaml.md")


def test_every_gate_stands():
    assert [] == missing(plugins.names("gates"), "docs/models.md")


def test_every_exit_code_and_status_stands():
    page = text("docs/pipelines.md")

    assert [] == [c for c in ExitCode if f"| {c.value} | {c.name} |" not in page]
    assert [] == missing([status.value for status in execution.StepStatus], "docs/pipelines.md")


def test_every_command_and_setting_of_the_lab_stands():
    commands = re.findall(r"'(mlops:[\w-]+)'", text("labextension/src/tokens.ts"))
    schema = json.loads(text("labextension/schema/plugin.json"))

    assert commands
    assert [] == missing([*commands, *schema["properties"]], "docs/lab.md")
    for name, definition in schema["properties"].items():
        default = definition["default"] or "none"
        assert re.search(rf"\| `{name}` \|.*\| {default} \|", text("docs/lab.md"))


def test_the_map_shows_every_folder_and_every_word_of_make():
    folders = {at(f) for f in PACKAGE.iterdir() if (f / "__init__.py").exists()}
    words = re.findall(r"^([a-z-]+):.*##", text("Makefile"), re.MULTILINE)

    assert [] == missing([f"{folder}/" for folder in folders], "CONTRIBUTING.md")
    assert [] == missing(set(words) - {"help"}, "CONTRIBUTING.md")


def test_every_page_is_in_the_navigation():
    navigation = text("mkdocs.yml").partition("\nnav:")[2]
    pages = [page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")]

    assert [] == [page for page in pages if page not in navigation]


def test_the_changelog_knows_this_version():
    assert f"\n## {jupyter_mlops.__version__}" in text("CHANGELOG.md")


# -- everything that stands in the documentation is true


def anchors(page):
    """Return the anchors of a page's headings, as MkDocs and code hosts make them."""
    heads = re.findall(r"^#+ (.+)$", fences(page)[1], re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", head).strip().lower() for head in heads)
    return {re.sub(r"[-\s]+", "-", head) for head in plain}


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=at)
def test_every_link_and_image_leads_somewhere(page):
    prose = fences(page)[1]
    targets = re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(r'(?:src|srcset)="([^"]+)"', prose)
    for target in targets:
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{target} is not there"
        assert file.is_relative_to(ROOT)
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file), f"{target} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=at)
def test_every_block_of_code_is_closed_and_says_its_language(page):
    assert [] == [language for language, _ in fences(page)[0] if language not in LANGUAGES]


@pytest.mark.parametrize("block", blocks("python"))
def test_python_in_the_docs_is_python(block):
    ast.parse(TransformerManager().transform_cell(block.replace("%%track", "# %%track")))


@pytest.mark.parametrize("block", blocks("pycon"))
def test_examples_in_the_docs_give_what_they_say(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    example = doctest.DocTestParser().get_doctest(block, {}, "docs", None, None)
    found = doctest.DocTestRunner().run(example)

    assert found.attempted
    assert 0 == found.failed


@pytest.mark.parametrize("block", blocks("yaml"))
def test_yaml_in_the_docs_has_keys_that_exist(block):
    content = yaml.safe_load(block)
    steps = content.get("steps", content)
    for step in steps.values():
        (spec._NotebookKeys if "notebook" in step else spec._ModelKeys).model_validate(step)


def test_the_pipeline_in_the_docs_is_that_of_the_example():
    shown = next(b for language, b in fences(DOCS / "pipelines.md")[0] if language == "yaml")

    assert yaml.safe_load(text("example-notebooks/breast-cancer/pipeline.yaml")) == yaml.safe_load(
        shown
    )


@pytest.mark.parametrize("block", blocks("toml"))
def test_toml_in_the_docs_has_keys_that_exist(block):
    content = tomllib.loads(block)
    groups = content.pop("project", {}).get("entry-points", {})

    assert set(groups) <= {f"jupyter_mlops.{group}" for group in plugins.GROUPS}
    assert set(content) <= {field.name for field in fields(Settings)}


@pytest.mark.parametrize("block", blocks("console"))
def test_commands_in_the_docs_can_be_called(block):
    targets = re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE)
    for line in re.findall(r"^\$ (.+)$", block, re.MULTILINE):
        match shlex.split(line, comments=True):
            case ["jupyter", "mlops", name, *arguments]:
                command = cli.get_command(click.Context(cli), name)
                command.make_context(name, arguments)
            case ["make", *words]:
                assert set(words) <= set(targets)


class TestTheGateInTheDocs(GateContract):
    @pytest.fixture
    def gate_class(self):
        block = next(b for _, b in fences(DOCS / "reference/plugins.md")[0] if "class FewM" in b)
        namespace = {"__name__": __name__}
        exec(block, namespace)
        return namespace["FewMetricsGate"]

    @pytest.fixture
    def options(self):
        return {"few_metrics": 2}

    @pytest.fixture
    def good(self):
        return Candidate("churn", {"auc": 0.9, "accuracy": 0.8})

    @pytest.fixture
    def bad(self):
        return Candidate("churn", {"auc": 0.9})


@pytest.mark.slow
def test_the_documentation_builds_without_a_warning(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert (tmp_path / "site" / "reference" / "cli" / "index.html").exists()
