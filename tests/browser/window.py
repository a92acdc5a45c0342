"""A browser window with JupyterLab in it: what a user does there, and what the user sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, expect

from .lab import Lab

# Long enough for two slow cores: on an idle machine nothing waits for it.
_PATIENCE_MS = 30_000

# What JupyterLab writes of itself where a notebook is closed before its kernel has answered all
# that was asked for the debugger and for comms.
_NOT_OURS = ("Could not restore the debugger state", "Canceled future for")

# where JupyterLab serves our code from, as a stack says
_OURS = "extensions/jupyter-mlops/"

_OPEN = """async path => {
    const panel = await window.jupyterapp.commands.execute('docmanager:open', {path});
    await panel.context.ready;
    await panel.sessionContext.ready;
}"""

_CLOSE = """async path => {
    for (const widget of [...window.jupyterapp.shell.widgets('main')]) {
        if (widget.context?.path === path) {
            await widget.context.save();
            widget.close();
        }
    }
}"""

_ACTIVE_CELL = """() => {
    const panel = window.jupyterapp.shell.currentWidget;
    return [panel.context?.path, panel.content.activeCell?.model.id];
}"""


class Window:
    """One window, on a workspace of its own."""

    def __init__(self, browser: Browser, lab: Lab) -> None:
        expect.set_options(timeout=_PATIENCE_MS)
        self.lab = lab
        self.context = browser.new_context(viewport={"width": 1400, "height": 900})
        self.page = self.context.new_page()
        self.page.set_default_timeout(_PATIENCE_MS)
        self.errors: list[str] = []
        self.expected_errors: tuple[str, ...] = ()
        self.loads = 0
        self.page.on("console", self._on_console)
        self.page.on("load", self._on_load)
        self.page.on("pageerror", self._on_page_error)
        self.load()

    def load(self) -> None:
        """Load JupyterLab with nothing open."""
        self.page.goto(f"{self.lab.url}/lab?reset&token={self.lab.token}")
        self.page.wait_for_function("() => window.jupyterapp")
        self.page.evaluate("async () => { await window.jupyterapp.restored; }")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")
        # The last thing to come takes the focus from whatever has it.
        expect(self.page.locator(".jp-Launcher")).to_be_focused()

    def close(self) -> None:
        """Close the window; nothing in it may have gone wrong unseen."""
        self.context.close()
        assert not self.errors, self.errors

    def run_command(self, command: str, **arguments: object) -> None:
        """Run a command of JupyterLab's, and wait until it has done its work."""
        self.page.evaluate(
            """async ([id, args]) => { await window.jupyterapp.commands.execute(id, args); }""",
            [command, arguments],
        )

    # the sidebar

    @property
    def sidebar(self) -> Locator:
        return self.page.get_by_role("region", name="MLOps", exact=True)

    def open_sidebar(self) -> Locator:
        """Click on the sidebar's tab, if it is not open."""
        if not self.sidebar.is_visible():
            self.page.get_by_role("tab", name="MLOps").click()
        expect(self.sidebar).to_be_visible()
        return self.sidebar

    def look_at(self, folder: str) -> None:
        """Make a folder the one that the user looks at, in the file browser."""
        self.run_command("filebrowser:open-path", path=folder)

    def tree(self, name: str) -> Locator:
        """Find what the section shows."""
        return self.sidebar.get_by_role("tree", name=name, exact=True)

    def row(self, section: str, name: str) -> Locator:
        """Find the newest row of that name."""
        named = self.page.locator(".jp-mlops-Row-name", has_text=exactly(name))
        return self.tree(section).get_by_role("treeitem").filter(has=named).first

    def details(self, run: str) -> Locator:
        """Find the page of a run, which must be in front."""
        tab = self.page.get_by_role("tab", name=f"Run: {run}", exact=True)
        expect(tab).to_have_attribute("aria-selected", "true")
        return self.page.get_by_role("tabpanel", name=f"Run: {run}", exact=True)

    # notebooks

    def open_notebook(self, path: str) -> None:
        """Open a notebook and wait for its kernel: what is typed earlier is lost."""
        self.page.evaluate(_OPEN, path)
        expect(self.cell(0)).to_be_visible()

    def close_document(self, path: str) -> None:
        """Close a document, if it is open, without being asked whether to save it."""
        self.page.evaluate(_CLOSE, path)

    @property
    def notebook(self) -> Locator:
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def cell(self, number: int) -> Locator:
        return self.notebook.locator(f'.jp-Cell[data-windowed-list-index="{number}"]')

    def press_shift_enter(self, number: int) -> None:
        """Run the cell, which must be the active one, and do not wait for it."""
        expect(self.cell(number)).to_have_class(re.compile(r"\bjp-mod-active\b"))
        self.page.keyboard.press("Shift+Enter")

    def run_cell(self, number: int) -> Locator:
        """Click on a code cell, run it and wait for it; return what it put out."""
        self.start_cell(number)
        return self.ended(number)

    def start_cell(self, number: int) -> None:
        self.cell(number).locator(".jp-InputArea-editor").click()
        self.press_shift_enter(number)

    def ended(self, number: int) -> Locator:
        """Wait until the cell has ended, if it is code; return what it put out."""
        cell = self.cell(number)
        numbered = cell.locator(".jp-InputArea-prompt", has_text=re.compile(r"^\[\d+\]:$"))
        text = cell.locator(".jp-MarkdownOutput")
        expect(numbered.or_(text).first).to_be_visible()
        return cell.locator(".jp-Cell-outputArea")

    def card(self, number: int) -> Locator:
        """Find the run card below a cell."""
        return self.cell(number).locator(".jp-mlops-Card")

    @property
    def active_cell(self) -> list[str]:
        """The path of the document in front, and the id of its active cell."""
        found: list[str] = self.page.evaluate(_ACTIVE_CELL)
        return found

    # the look

    def set_theme(self, name: str) -> None:
        self.run_command("apputils:change-theme", theme=name)
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", name)

    @contextmanager
    def theme(self, name: str) -> Iterator[None]:
        """Show a theme for a while: it is a setting, which other windows would see."""
        self.set_theme(name)
        try:
            yield
        finally:
            self.set_theme("JupyterLab Light")

    def _on_load(self) -> None:
        self.loads += 1

    def _on_page_error(self, error: Error) -> None:
        stack = error.stack or ""
        theirs = "/static/lab/" in stack and _OURS not in stack
        if not theirs:
            self._note(f"{error} ({stack})")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"{message.text} ({message.location['url']})")

    def _note(self, error: str) -> None:
        if not any(text in error for text in (*_NOT_OURS, *self.expected_errors)):
            self.errors.append(error)


def exactly(text: str) -> re.Pattern[str]:
    """Match this text and no longer one."""
    return re.compile(f"^{re.escape(text)}$")
