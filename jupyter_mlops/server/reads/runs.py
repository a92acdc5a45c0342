"""Read runs."""

from __future__ import annotations

from jupyter_mlops.errors import NotFound
from jupyter_mlops.runs.run import Artifact, Run, RunId, RunKey
from jupyter_mlops.server.pages import RunDetails, RunRow, RunsPage
from jupyter_mlops.server.reads.opened import OpenedProject

__all__ = ["run_details", "runs_page"]

_CHILDREN = 100
_ARTIFACTS = 1000  # each folder of them is a question to the store
_CODE = "cell/source.py"
_EXCEPTION = "exception.txt"


def runs_page(opened: OpenedProject, *, limit: int, page_token: str) -> RunsPage:
    """Read a page of the project's runs, newest first."""
    if not opened.used:
        return RunsPage()
    opened.prepare()
    page = opened.project.runs.list_runs(limit=limit, page_token=page_token)
    return RunsPage(tuple(_row(opened, run) for run in page.runs), page.next_page_token)


def run_details(opened: OpenedProject, *, run: str) -> RunDetails:
    """Read all about one run, which the store's id or our key names."""
    missing = NotFound(f"there is no run {run}", hint="it may have been deleted: refresh the list")
    if not opened.used:
        raise missing
    opened.prepare()
    store = opened.project.runs
    try:
        found = store.get_run(RunId(run))
    except NotFound:
        if (run_id := store.find_run(RunKey(run))) is None:
            raise missing from None
        found = store.get_run(run_id)
    artifacts = store.list_artifacts(found.run_id, limit=_ARTIFACTS)
    children = store.list_runs(limit=_CHILDREN, parent=found.run_id).runs
    return RunDetails(
        row=_row(opened, found),
        artifacts=artifacts,
        children=tuple(_row(opened, child) for child in children),
        code=_text(opened, found, artifacts, _CODE),
        exception=_text(opened, found, artifacts, _EXCEPTION),
    )


def _row(opened: OpenedProject, run: Run) -> RunRow:
    # A store that others share has runs of other projects, with notebooks of the same names.
    ours = opened.owns_store or opened.tags.items() <= run.tags.items()
    return RunRow(run, opened.contents_path(run.source) if run.source and ours else "")


def _text(opened: OpenedProject, run: Run, artifacts: tuple[Artifact, ...], path: str) -> str:
    complete = len(artifacts) < _ARTIFACTS
    if complete and path not in {artifact.path for artifact in artifacts}:
        return ""
    try:
        return opened.project.runs.read_text(run.run_id, path)
    except NotFound:
        return ""
