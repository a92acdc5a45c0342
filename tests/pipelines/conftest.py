import json
from pathlib import Path

import pytest

from jupyter_mlops.errors import Invalid
from jupyter_mlops.pipelines.spec import load_pipeline

EXAMPLE = """\
# pipeline.yaml
name: breast-cancer
parameters:                            # pipeline-level defaults
  seed: 42
steps:
  prepare:
    notebook: prepare.ipynb
    parameters:
      seed: ${{ parameters.seed }}
    outputs:
      train: data/train.parquet
      test: data/test.parquet
  train:
    notebook: train.ipynb
    needs: [prepare]
    matrix:
      max_depth: [2, 4, 8]             # one instance per value
    parameters:
      train: ${{ steps.prepare.outputs.train }}
    outputs:
      model: models/model-${{ matrix.max_depth }}.skops
  evaluate:
    notebook: evaluate.ipynb
    needs: [train]
    parameters:
      models: ${{ steps.train.outputs.model }}      # of a matrix step: the list
      test: ${{ steps.prepare.outputs.test }}
  register:
    model: breast-cancer               # a register step instead of a notebook
    from: ${{ steps.evaluate.outputs.best }}
    alias: champion
    gates:
      - metric: test_auc
        min: 0.95
"""
NOTEBOOKS = {
    "prepare.ipynb": 'seed = 1\ntrain = "train.parquet"',
    "train.ipynb": 'train = ""\nmax_depth: int = 3\nmodel = "model.skops"',
    "evaluate.ipynb": 'models = []\ntest = ""',
}


class Folder:
    """A folder with the example's notebooks, in which pipelines are written and loaded."""

    example = EXAMPLE

    def __init__(self, path):
        self.path = path
        for name, source in NOTEBOOKS.items():
            self.notebook(name, source)

    def notebook(self, name, source, *, language="python"):
        cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source}
        language_info = {"language_info": {"name": language}}
        document = {"nbformat": 4, "nbformat_minor": 5, "metadata": language_info, "cells": [cell]}
        (self.path / name).write_text(json.dumps(document))

    def load(self, text, **overrides):
        (self.path / "pipeline.yaml").write_text(text)
        return load_pipeline(Path("pipeline.yaml"), overrides)

    def refused(self, text, **overrides):
        with pytest.raises(Invalid) as caught:
            self.load(text, **overrides)
        return str(caught.value)

    def changed(self, old, new):
        assert old in EXAMPLE
        return EXAMPLE.replace(old, new, 1)

    def refused_with(self, old, new):
        """Load the example with one thing changed, which must be refused in the file."""
        message = self.refused(self.changed(old, new))
        assert message.startswith("pipeline.yaml:")
        return message.removeprefix("pipeline.yaml:")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)
