"""What is shown of a pipeline: names as they are, files where they are, and nothing to stop it."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import pytest

from jupyter_mlops.cli.console import console, file_text
from jupyter_mlops.cli.pipeline_report import PipelineView, print_report
from jupyter_mlops.pipelines.execution import (
    CellBegan,
    ExecutionBegan,
    ExecutionEnded,
    StepBegan,
    StepEnded,
    StepOutcome,
    StepStatus,
    fold_one,
)
from jupyter_mlops.project import Project

NAMES = ("train[max_depth=2]", "train[name=[/b]]", "train[:smile:]")


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "mlops.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return Project.open(tmp_path)


def events(status=StepStatus.DONE, **outcome):
    yield ExecutionBegan(execution_id="e", pipeline="[bold]p", file="pipeline.yaml", steps=NAMES)
    for name in NAMES:
        yield StepBegan(step=name)
        yield CellBegan(step=name, cell=1, cells=2)
        yield StepEnded(step=name, outcome=StepOutcome(status, **outcome))
    yield ExecutionEnded(status=status)


def folded(found):
    execution = None
    for event in found:
        execution = fold_one(execution, event)
    return execution


class Terminal(io.StringIO):
    """A terminal whose text can be read back."""

    def isatty(self):
        return True


class Broken(Terminal):
    """Standard output whose reader is gone."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def write(self, text):
        raise self.error


@pytest.fixture
def on_terminal(monkeypatch):
    """Put a stream in the place of standard output, as a terminal that shows colours."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def put(stream):
        monkeypatch.setattr("sys.stdout", stream)
        return stream

    return put


def test_a_live_table_shows_every_name_as_it_is(on_terminal):
    terminal = on_terminal(Terminal())
    with PipelineView(live=True) as view:
        for event in events():
            view.show(event)
        view._live.refresh()

    text = terminal.getvalue()
    assert [] == [name for name in (*NAMES, "[bold]p") if name not in text]


def test_lines_and_report_show_every_name_as_it_is(project, capsys):
    with PipelineView(live=False) as view:
        for event in events(StepStatus.FAILED, message="[/b] :smile:"):
            view.show(event)
    lines = capsys.readouterr().out
    print_report(folded(events(StepStatus.FAILED, message="[/b] :smile:")), project)
    report = capsys.readouterr().out

    for text in (lines, report):
        assert [] == [name for name in NAMES if name not in text]
    assert "[/b] :smile:" in report
    assert "[bold]p" in lines


@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(5, "Input/output error")])
@pytest.mark.parametrize("live", [True, False])
def test_a_reader_that_has_gone_disturbs_nobody(project, on_terminal, live, error):
    on_terminal(Broken(error))

    with PipelineView(live=live) as view:
        for event in events():
            view.show(event)
    print_report(folded(events()), project)

    assert view._console.quiet


def test_files_are_told_from_the_working_folder_and_quoted(project, monkeypatch, capsys):
    kept = project.root / ".mlops" / "an execution" / "a.ipynb"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}")
    found = folded(events(StepStatus.FAILED, message="m", notebook=".mlops/an execution/a.ipynb"))
    elsewhere = project.root / "notebooks"
    elsewhere.mkdir()

    for folder in (project.root, elsewhere):
        monkeypatch.chdir(folder)
        print_report(found, project)
        lines = [line for line in capsys.readouterr().out.splitlines() if "open it: " in line]
        assert len(NAMES) == len(lines)
        command = shlex.split(lines[0].partition("open it: ")[2])
        assert ["jupyter", "lab"] == command[:-1]
        assert kept.samefile(folder / command[-1])


def test_what_was_deleted_is_not_told(project, capsys):
    found = folded(events(StepStatus.FAILED, message="m", notebook=".mlops/gone/a.ipynb"))

    print_report(found, project)

    said = capsys.readouterr().out
    assert "executed notebooks" not in said
    assert "open it" not in said


def test_a_console_takes_no_text_for_markup(capsys):
    console().print("[red]a[/] :smile:")

    assert "[red]a[/] :smile:\n" == capsys.readouterr().out


def test_a_file_is_called_as_in_a_shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert "'a b.ipynb'" == file_text(tmp_path / "a b.ipynb")
    assert "/else/where" == file_text(Path("/else/where"))
