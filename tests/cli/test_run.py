"""``jupyter mlops run`` with real kernels and a real store, as a person or CI calls it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from jupyter_mlops.project import Project
from jupyter_mlops.runs.run import RunStatus
from jupyter_mlops.testing.executor_contract import write_notebook

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "jupyter_mlops.cli.main"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mlops.toml").write_text("experiment = 'cli'\n")
    return tmp_path


def clean_environ(**variables):
    own = ("MLFLOW", "JUPYTER_MLOPS")
    return {k: v for k, v in os.environ.items() if not k.startswith(own)} | variables


def mlops(folder, *arguments, **variables):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=folder,
        env=clean_environ(**variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def runs(folder):
    return {run.name: run for run in Project.open(folder).runs.list_runs().runs}


def test_a_notebook_runs_with_parameters_and_is_tracked(folder):
    code = [
        "import jupyter_mlops as mlops",
        "for step in range(3):\n    mlops.log({'loss': alpha / (step + 1)}, step=step)",
        "mlops.param(kind=name)\nprint(repr(name))",
    ]
    notebook = write_notebook(folder / "train.ipynb", code, parameters="alpha = 1.0\nname = 'x'")
    before = notebook.read_bytes()

    done = mlops(folder, "run", "train.ipynb", "-p", "alpha", "0.5", "-p", "name", "7")

    assert (0, "") == (done.returncode, done.stderr)
    assert before == notebook.read_bytes()
    run = runs(folder)["train"]
    assert RunStatus.FINISHED == run.status
    assert {"alpha": "0.5", "name": "7", "kind": "7"} == run.params
    assert {"loss": pytest.approx(0.5 / 3)} == run.metrics
    assert ("cli", "train.ipynb") == (run.experiment, run.source)
    [executed] = (folder / ".mlops" / "executions").rglob("train.ipynb")
    assert "'7'\\n" in executed.read_text()
    assert str(executed.relative_to(folder)) in done.stdout


def test_a_failing_cell_is_exit_code_1_and_everything_is_kept(folder):
    write_notebook(
        folder / "bad.ipynb", ["x = 1", "%load_ext jupyter_mlops", "%%track inner\ny = 2\n1/0"]
    )

    done = mlops(folder, "run", "bad.ipynb", "out/bad-{}.ipynb".replace("{}", "1"))

    assert 1 == done.returncode
    assert "cell 3" in done.stdout
    assert "ZeroDivisionError: division by zero" in done.stdout
    assert "out/bad-1.ipynb" in done.stdout
    assert "ZeroDivisionError" in (folder / "out" / "bad-1.ipynb").read_text()
    found = runs(folder)
    assert RunStatus.FAILED == found["bad"].status
    assert RunStatus.FAILED == found["inner"].status
    assert found["bad"].run_id == found["inner"].parent_id
    text = Project.open(folder).runs.read_text(found["bad"].run_id, "exception.txt")
    assert "line 3" in text


def test_a_cell_that_takes_too_long_is_exit_code_124(folder):
    write_notebook(folder / "slow.ipynb", ["import time; time.sleep(60)"])

    done = mlops(folder, "run", "slow.ipynb", "--execution-timeout", "1")

    assert (124, "") == (done.returncode, done.stderr)
    assert "in cell 1: a cell ran longer than 1 s" in done.stdout
    assert RunStatus.FAILED == runs(folder)["slow"].status


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("what", ["notebook", "pipeline"])
def test_an_interrupt_is_exit_code_130_and_leaves_no_kernel(folder, number, what):
    code = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)"
    write_notebook(folder / "slow.ipynb", [code])
    (folder / "pipeline.yaml").write_text("name: p\nsteps:\n  slow:\n    notebook: slow.ipynb\n")
    arguments = ["run", "slow.ipynb"] if what == "notebook" else ["run"]
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=clean_environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    pid = wait_for(folder / "pid")

    process.send_signal(number)
    said, error = process.communicate(timeout=60)

    assert 130 == process.returncode, said + error
    assert ("interrupted" if what == "notebook" else "") == error.strip()
    assert not Path(f"/proc/{pid}").exists()
    assert {RunStatus.KILLED} == {run.status for run in runs(folder).values()}


@pytest.mark.parametrize("delay", [0.3, 0.8, 1.3, 1.8, 2.4, 3.0])
@pytest.mark.parametrize("what", ["notebook", "pipeline"])
def test_an_interrupt_at_any_moment_ends_it(folder, empty_mlflow_database, delay, what):
    shutil.copy(empty_mlflow_database, folder / "mlflow.db")  # to make one takes its time
    write_notebook(folder / "slow.ipynb", ["import time; time.sleep(25)", "open('ran', 'w')"])
    (folder / "pipeline.yaml").write_text("name: p\nsteps:\n  slow:\n    notebook: slow.ipynb\n")
    process = subprocess.Popen(
        [*COMMAND, "run", *(["slow.ipynb"] if what == "notebook" else [])],
        cwd=folder,
        env=clean_environ(MARK=str(folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    time.sleep(delay)

    process.send_signal(signal.SIGINT)
    try:
        said, _ = process.communicate(timeout=60)
    finally:
        process.kill()

    # Python itself ends by the signal while it still imports our first module.
    assert process.returncode == 130 or (process.returncode == -signal.SIGINT and delay < 1), said
    assert not (folder / "ran").exists()
    assert [] == processes_with(f"MARK={folder}")
    assert RunStatus.FINISHED not in {run.status for run in runs(folder).values()}


def test_a_failing_pipeline_is_exit_code_1_and_says_where_to_look(folder):
    write_notebook(folder / "ok.ipynb", ["1"])
    write_notebook(folder / "bad.ipynb", ["x = 1", "1/0"], parameters="a = 0")
    (folder / "pipeline.yaml").write_text(
        "name: p\nsteps:\n  ok:\n    notebook: ok.ipynb\n"
        "  bad:\n    notebook: bad.ipynb\n    needs: [ok]\n    parameters: {a: 1}\n"
        "  never:\n    notebook: ok.ipynb\n    needs: [bad]\n"
    )

    done = mlops(folder, "run")

    assert (1, "") == (done.returncode, done.stderr)
    assert "failed: bad, cell 3: ZeroDivisionError: division by zero" in done.stdout
    [link] = [line for line in done.stdout.splitlines() if "open it: jupyter lab " in line]
    executed = folder / link.partition("jupyter lab ")[2]
    assert "ZeroDivisionError" in executed.read_text()
    assert {"ok": "FINISHED", "bad": "FAILED", "p": "FAILED"} == {
        name: run.status for name, run in runs(folder).items()
    }


def test_a_refused_model_is_exit_code_3_and_the_alias_stays_where_it_is(folder):
    fit = "model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])"
    code = [
        f"from sklearn.linear_model import LogisticRegression\n{fit}",
        "import jupyter_mlops as mlops\nimport skops.io\nskops.io.dump(model, 'm.skops')",
        "mlops.log({'auc': auc})\nmlops.output('m', 'm.skops')",
    ]
    write_notebook(folder / "train.ipynb", code, parameters="auc: float = 0.0")
    (folder / "pipeline.yaml").write_text(
        "name: p\nparameters: {auc: 0.9}\nsteps:\n"
        "  train:\n    notebook: train.ipynb\n    parameters: {auc: '${{ parameters.auc }}'}\n"
        "  deploy:\n    model: clicks\n    from: ${{ steps.train.outputs.m }}\n"
        "    alias: champion\n    gates: [{metric: auc, min: 0.8}]\n"
    )

    first, second = mlops(folder, "run"), mlops(folder, "run", "-p", "auc", "0.5")

    assert 0 == first.returncode, first.stdout + first.stderr
    assert 3 == second.returncode, second.stdout + second.stderr
    assert "refused" in second.stdout
    [model] = Project.open(folder).registry.list_models()
    assert ("clicks", {"champion": 1}) == (model.name, dict(model.aliases))


def test_a_terminal_without_our_signs_shows_others(folder):
    write_notebook(folder / "n.ipynb", ["1"])
    (folder / "pipeline.yaml").write_text("name: p\nsteps:\n  one:\n    notebook: n.ipynb\n")

    for arguments in (["run"], ["run", "n.ipynb"]):
        done = mlops(folder, *arguments, PYTHONIOENCODING="ascii")

        assert (0, "") == (done.returncode, done.stderr)
        assert "? " in done.stdout


def test_a_reader_that_goes_away_does_not_stop_a_pipeline(folder):
    write_notebook(folder / "n.ipynb", ["1"])
    steps = "".join(
        f"  s{i}:\n    notebook: n.ipynb\n    parameters: {{}}\n"
        + (f"    needs: [s{i - 1}]\n" if i else "")
        for i in range(3)
    )
    (folder / "pipeline.yaml").write_text(f"name: p\nsteps:\n{steps}")
    errors = folder / "errors"

    with errors.open("w") as stderr:
        process = subprocess.Popen(
            [*COMMAND, "run"],
            cwd=folder,
            env=clean_environ(),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        assert "p: 3 steps\n" == process.stdout.readline()
        process.stdout.close()

        assert 0 == process.wait(60)

    assert "" == errors.read_text()
    assert {RunStatus.FINISHED} == {run.status for run in runs(folder).values()}
    assert {"p", "s0", "s1", "s2"} == set(runs(folder))


def test_what_we_ask_of_mlflow_does_not_reach_the_kernel_and_what_the_user_asks_does(folder):
    name = "MLFLOW_HTTP_REQUEST_TIMEOUT"
    code = f"import os, jupyter_mlops as mlops\nmlops.param(seen=os.environ.get('{name}', 'none'))"
    write_notebook(folder / "n.ipynb", [code])

    seen = []
    for variables in ({}, {name: "20"}):
        mlops(folder, "run", "n.ipynb", "--name", f"n{len(seen)}", **variables)
        seen.append(runs(folder)[f"n{len(seen)}"].params["seen"])

    assert ["none", "20"] == seen


def test_a_runner_that_is_killed_leaves_a_story_that_the_next_command_completes(folder):
    code = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)"
    write_notebook(folder / "slow.ipynb", [code])
    process = subprocess.Popen([*COMMAND, "run", "slow.ipynb"], cwd=folder)
    wait_for(folder / "pid")

    process.kill()
    process.wait()
    done = mlops(folder, "sync")

    assert 0 == done.returncode
    assert RunStatus.KILLED == runs(folder)["slow"].status


def test_a_pipeline_says_how_it_went_and_the_second_time_that_nothing_is_to_do(folder):
    write_notebook(
        folder / "make.ipynb",
        ["import jupyter_mlops as mlops\nmlops.log({'auc': 0.9})\nmlops.output('n', seed + 1)"],
        parameters="seed: int = 0",
    )
    write_notebook(folder / "use.ipynb", ["print(n)"], parameters="n: int = 0")
    (folder / "pipeline.yaml").write_text(
        "name: p\nparameters: {seed: 3}\nsteps:\n"
        "  make:\n    notebook: make.ipynb\n    parameters: {seed: '${{ parameters.seed }}'}\n"
        "  use:\n    notebook: use.ipynb\n    parameters: {n: '${{ steps.make.outputs.n }}'}\n"
    )

    first, second = mlops(folder, "run"), mlops(folder, "run")

    assert (0, 0) == (first.returncode, second.returncode), first.stdout + first.stderr
    assert "auc=0.9" in first.stdout
    assert "everything is up to date" not in first.stdout
    assert "everything is up to date" in second.stdout
    assert {"n": "4"} == runs(folder)["use"].params
    changed = mlops(folder, "run", "-p", "seed", "4")
    assert "run make" in changed.stdout


def test_the_runs_are_listed_as_table_and_json(folder):
    write_notebook(folder / "n.ipynb", ["1"])
    mlops(folder, "run", "n.ipynb")

    table, lines = mlops(folder, "runs"), mlops(folder, "runs", "--json")

    assert "finished" in table.stdout
    assert "n.ipynb" in table.stdout
    assert ["n"] == [json.loads(line)["name"] for line in lines.stdout.splitlines()]


def wait_for(file, *, seconds=60):
    deadline = time.monotonic() + seconds
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < deadline, f"{file} was not written"
        time.sleep(0.05)
    return int(file.read_text())


def processes_with(variable):
    """Return the commands of the processes that have a variable in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            if variable.encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text())
    return found
