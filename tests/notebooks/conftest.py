import json

import pytest


def code(source, *tags, outputs=(), cell_id="c0"):
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {"tags": list(tags)},
        "source": source,
        "outputs": list(outputs),
        "execution_count": None,
    }


def markdown(source, *tags):
    return {"cell_type": "markdown", "id": "m0", "metadata": {"tags": list(tags)}, "source": source}


def document(*cells, language="python"):
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": f"{language}3", "display_name": language},
            "language_info": {"name": language},
        },
        "cells": list(cells),
    }


class Writer:
    """Writes notebooks into a folder of the test's own."""

    code = staticmethod(code)
    markdown = staticmethod(markdown)
    document = staticmethod(document)

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, *cells, name="nb.ipynb", language="python"):
        return self.json(document(*cells, language=language), name=name)

    def json(self, value, *, name="nb.ipynb"):
        return self.text(json.dumps(value, indent=1), name=name)

    def text(self, text, *, name="nb.ipynb"):
        return self.bytes(text.encode(), name=name)

    def bytes(self, data, *, name="nb.ipynb"):
        path = self.folder / name
        path.write_bytes(data)
        return path


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Writer(tmp_path)
