import { Notification } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { Widget } from '@lumino/widgets';

import { errorPage } from '../api/request';
import { revealCell } from './reveal';

export interface ISource {
  /** A path for the contents API; empty where the notebook cannot be opened. */
  path: string;
  /** Empty where the whole notebook is meant. */
  cellId: string;
}

export interface IOpenSourceOptions {
  commands: CommandRegistry;
  contents: Contents.IManager;
  notebooks: INotebookTracker | null;
  trans: TranslationBundle;
}

/**
 * Open the notebook that made a run, at the cell.
 *
 * Where that cannot be done a notification says why.
 *
 * @returns Whether the cell (the notebook, where no cell is named) is shown.
 */
export async function openSource(
  { path, cellId }: ISource,
  options: IOpenSourceOptions
): Promise<boolean> {
  const { commands, contents, notebooks, trans } = options;
  if (!path) {
    warn(
      trans.__(
        'This run names no notebook that this server can open: it was made by a script, or by a notebook outside of the folder that the server shows.'
      )
    );
    return false;
  }
  try {
    await contents.get(path, { content: false });
  } catch (error) {
    warn(whyNot(path, error, trans));
    return false;
  }
  const widget: Widget & { context?: DocumentRegistry.Context } =
    await commands.execute('docmanager:open', { path });
  await widget.context?.ready;
  if (!cellId || !notebooks?.has(widget)) {
    return !cellId;
  }
  const panel = widget as NotebookPanel;
  await panel.revealed;
  const index = panel.content.widgets.findIndex(
    ({ model }) => model.id === cellId
  );
  if (index < 0) {
    warn(trans.__('The cell that made this run is not in %1 any more.', path));
    return false;
  }
  await revealCell(panel.content, index);
  return true;
}

function whyNot(
  path: string,
  error: unknown,
  trans: TranslationBundle
): string {
  const { ResponseError } = ServerConnection;
  return error instanceof ResponseError && error.response.status === 404
    ? trans.__('%1 is not there any more: it was moved or deleted.', path)
    : trans.__('%1 cannot be opened: %2', path, errorPage(error).message);
}

/** Without a time to close, a notification is only counted in the status bar. */
function warn(message: string): void {
  Notification.warning(message, { autoClose: 10_000 });
}
