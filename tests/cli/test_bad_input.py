"""Bad input: one clear line that says what, where and what to do; exit code 2; nothing run."""

from __future__ import annotations

import json
import re

import pytest

from jupyter_mlops.cli.main import main
from jupyter_mlops.testing.executor_contract import write_notebook

PIPELINE = """\
name: p
parameters:
  seed: 1
steps:
  one:
    notebook: one.ipynb
    parameters:
      seed: ${{ parameters.seed }}
  two:
    notebook: two.ipynb
    needs: [one]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "mlops.toml").write_text("")
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    write_notebook(tmp_path / "one.ipynb", ["1"], parameters="seed: int = 0\nname = 'x'")
    write_notebook(tmp_path / "two.ipynb", ["1"])
    (tmp_path / "hard-link.ipynb").hardlink_to(tmp_path / "one.ipynb")
    (tmp_path / "soft-link.ipynb").symlink_to(tmp_path / "one.ipynb")
    (tmp_path / "folder").mkdir()
    write_metadata(tmp_path / "kernel.ipynb", {"kernelspec": {"name": "gone"}})
    write_metadata(tmp_path / "no-kernel.ipynb", {})
    cobol = {"kernelspec": {"name": "cobol"}, "language_info": {"name": "COBOL"}}
    write_metadata(tmp_path / "cobol.ipynb", cobol)
    install_kernel(tmp_path / "jupyter", "cobol")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_metadata(path, metadata):
    document = json.loads(write_notebook(path, ["1"], parameters="a = 1").read_text())
    path.write_text(json.dumps(document | {"metadata": metadata}))


def install_kernel(folder, language):
    spec = {"argv": ["false"], "display_name": language, "language": language}
    file = folder / "kernels" / language / "kernel.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(spec))


@pytest.fixture
def say(folder, capfd):
    """Run the command line; return its exit code and what it said."""

    def say(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, error = capfd.readouterr()
        assert "Traceback" not in out + error
        return ended.value.code, out, error

    return say


@pytest.mark.parametrize(
    ("edit", "place", "said"),
    [
        (("notebook: two", "notebok: two"), ":10:5:", ["notebok", "notebook"]),
        (("needs: [one]", "needs: [oen]"), ":11:13:", ["oen", "one"]),
        (("parameters.seed", "parameters.sed"), ":8:13:", ["sed", "seed"]),
        (("seed: ${{", "sead: ${{"), ":8:7:", ["sead", "seed"]),
        (("seed: ${{ parameters.seed }}", "seed: many"), ":8:13:", ["seed", "int"]),
        (("notebook: one.ipynb", "notebook: on.ipynb"), ":6:15:", ["on.ipynb", "one.ipynb"]),
        (("needs: [one]", "needs: one"), ":11:12:", ["needs"]),
        (("steps:\n  one:", "steps:\n - one:"), "", []),
        (("name: p", "name: [p"), "", []),
        (("    parameters:", "    needs: [two]\n    parameters:"), "", ["one -> two -> one"]),
    ],
)
def test_a_pipeline_with_a_mistake_names_its_place_and_runs_nothing(say, folder, edit, place, said):
    assert edit[0] in PIPELINE
    (folder / "pipeline.yaml").write_text(PIPELINE.replace(*edit))

    code, out, error = say("run")

    assert 2 == code
    assert "" == out
    assert 1 == len(error.splitlines())
    assert re.match(r"error: pipeline\.yaml:\d+:\d+: ", error)
    assert place in error
    assert [] == [word for word in said if word not in error]
    assert not (folder / ".mlops").exists()
    assert not (folder / "mlflow.db").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nope.ipynb"], "nope.ipynb"),
        (["run", "nope.yaml"], "nope.yaml"),
        (["run", "mlops.toml"], "neither a notebook nor a pipeline"),
        (["run", "one.ipynb", "-p", "sede", "1"], "did you mean 'seed'"),
        (["run", "one.ipynb", "-p", "seed", "many"], "must be int"),
        (["run", "two.ipynb", "-p", "seed", "1"], "parameters"),
        (["run", "one.ipynb", "-y", "a: [1"], "-y"),
        (["run", "one.ipynb", "-b", "%%"], "base64"),
        (["run", "one.ipynb", "-f", "nope.yaml"], "nope.yaml"),
        (["run", "one.ipynb", "one.ipynb"], "never written to"),
        (["run", "one.ipynb", "out-{sed}.ipynb"], "sed"),
        (["run", "-p", "sead", "1"], "did you mean 'seed'"),
        (["run", "pipeline.yaml", "--kernel", "python3"], "--kernel is not for a pipeline"),
        (["run", "pipeline.yaml", "out.ipynb"], "OUTPUT is not for a pipeline"),
        (["run", "one.ipynb", "-j", "2"], "--workers is not for a notebook"),
        (["run", "-p", "seed", "many"], "seed"),
        (["run", "one.ipynb", "hard-link.ipynb"], "never written to"),
        (["run", "one.ipynb", "soft-link.ipynb"], "never written to"),
        (["run", "one.ipynb", "{seed.real}.ipynb", "-p", "seed", "1"], "'seed.real'"),
        (["run", "one.ipynb", "{name[0]}.ipynb", "-p", "name", "a"], "'name[0]'"),
        (["run", "one.ipynb", "{pm.__class__}.ipynb"], "'pm.__class__'"),
        (["run", "one.ipynb", "{.ipynb"], "no template"),
        (["run", "one.ipynb", "{seed:s}.ipynb", "-p", "seed", "1"], "no template"),
        (["run", "one.ipynb", "folder"], "folder: OUTPUT cannot be written: Is a directory"),
        (["run", "one.ipynb", "mlops.toml/out.ipynb"], "OUTPUT cannot be written"),
        (["run", "one.ipynb", "/proc/none/out.ipynb"], "OUTPUT cannot be written"),
        (["run", "one.ipynb", "-k", "no-such"], "there is no kernel 'no-such'"),
        (["run", "kernel.ipynb"], "kernel.ipynb: there is no kernel 'gone' (give --kernel NAME"),
        (["run", "no-kernel.ipynb"], "installed: "),
        (["run", "cobol.ipynb", "-p", "a", "1"], "cannot pass parameters to a notebook in cobol"),
    ],
)
def test_bad_arguments_get_one_line_and_exit_code_2(say, folder, arguments, said):
    code, out, error = say(*arguments)

    assert 2 == code
    assert "" == out
    assert 1 == len(error.splitlines())
    assert error.startswith("error: ")
    assert said in error
    assert not (folder / ".mlops").exists()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe{\x00}\x00", b'{"cells": 3}', b"[" * 100_000]
)
def test_a_notebook_that_is_none_is_told_with_its_place(say, folder, content):
    (folder / "two.ipynb").write_bytes(content)

    code, _, error = say("run", "two.ipynb")

    assert 2 == code
    assert 1 == len(error.splitlines())
    assert "two.ipynb" in error


def test_an_output_that_was_refused_or_could_be_written_is_not_there(say, folder, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")

    assert 4 == say("run", "one.ipynb", "new/out.ipynb")[0]

    assert [] == list((folder / "new").iterdir())


@pytest.mark.parametrize(("value", "expected"), [("7", 4), ("many", 2)])
def test_a_parameter_without_default_is_judged_by_what_was_given(
    say, folder, monkeypatch, value, expected
):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")  # so nothing runs
    (folder / "pipeline.yaml").write_text(PIPELINE.replace("seed: 1", "seed:"))

    code, _, error = say("run", "-p", "seed", value)

    assert expected == code
    assert ("must be int" in error) == (value == "many")


def test_a_broken_notebook_of_a_step_is_told_before_anything_runs(say, folder):
    (folder / "two.ipynb").write_text('{"cells": [}')

    code, _, error = say("run")

    assert 2 == code
    assert "two.ipynb:1:12" in error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("experimant = 'x'", "did you mean 'experiment'"),
        ("experiment = 3", "mlops.toml:1"),
        ("experiment = ", "TOML"),
        ("workers = true", "whole number"),
    ],
)
def test_wrong_settings_are_told_with_their_line(say, folder, text, said):
    (folder / "mlops.toml").write_text(text)

    code, _, error = say("run")

    assert 2 == code
    assert said in error
    assert 1 == len(error.splitlines())


def test_a_store_that_does_not_answer_is_exit_code_4_and_nothing_runs(say, folder, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:secret@127.0.0.1:9")

    for arguments in (["run"], ["run", "one.ipynb"], ["runs"]):
        code, _, error = say(*arguments)

        assert 4 == code
        assert "127.0.0.1:9" in error
        assert "secret" not in error
    assert not list(folder.rglob(".mlops/executions/*/*.ipynb"))


def test_no_pipeline_or_several_are_told(say, folder):
    (folder / "pipeline.yaml").rename(folder / "a.pipeline.yaml")
    (folder / "b.pipeline.yaml").write_text(PIPELINE)

    code, _, error = say("run")

    assert 2 == code
    assert "a.pipeline.yaml" in error
    assert "b.pipeline.yaml" in error
    for file in folder.glob("*.pipeline.yaml"):
        file.unlink()
    code, _, error = say("run")
    assert 2 == code
    assert "no pipeline.yaml" in error


def test_an_unknown_command_or_flag_is_exit_code_2(say):
    assert 2 == say("rum")[0]
    assert 2 == say("run", "--nope")[0]


def test_help_shows_examples(say):
    code, out, _ = say("--help")

    assert 0 == code
    assert "jupyter mlops run train.ipynb -p alpha 0.5" in out
    assert "Exit codes" in say("run", "--help")[1]


def test_json_of_runs_is_one_object_a_line(say):
    code, out, _ = say("runs", "--json")

    assert 0 == code
    assert [] == [json.loads(line) for line in out.splitlines()]
