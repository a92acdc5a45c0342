import type { Notebook } from '@jupyterlab/notebook';

/** So long may the cells of a notebook that was just opened take to get their heights. */
const SETTLE_MS = 3000;

/** What a user does who would rather look at something else. */
const OWN_WILL = ['wheel', 'pointerdown', 'keydown'];

/**
 * Make a cell the active one and bring it into sight.
 *
 * The cells of a notebook that was just opened get their heights one after another, and push the
 * cell out of sight again: scroll anew whenever they do, for a while or until the user scrolls.
 */
export async function revealCell(
  notebook: Notebook,
  index: number
): Promise<void> {
  const scroll = () =>
    // Rejects when another scroll takes its place.
    notebook.scrollToItem(index, 'center').catch(() => undefined);
  notebook.deselectAll();
  notebook.activeCellIndex = index;
  await scroll();
  const observer = new ResizeObserver(() => void scroll());
  const stop = () => {
    observer.disconnect();
    window.clearTimeout(timeout);
    OWN_WILL.forEach(type => notebook.node.removeEventListener(type, stop));
    notebook.disposed.disconnect(stop);
  };
  const timeout = window.setTimeout(stop, SETTLE_MS);
  OWN_WILL.forEach(type => notebook.node.addEventListener(type, stop));
  notebook.disposed.connect(stop);
  observer.observe(notebook.viewportNode);
}
