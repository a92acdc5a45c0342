import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs, DOMAIN, RUN_CARD_MIME } from '../tokens';
import type { IRunCardOptions } from './panel';
import { RunCardRenderer } from './panel';

/** Before text/html (50), which a run card also carries for who has no jupyter-mlops. */
export const RUN_CARD_RANK = 10;

/** The resolver of a notebook's links, which knows where the notebook is. */
interface INotebookResolver extends IRenderMime.IResolver {
  readonly path?: string;
}

/** Make the factory of run cards: safe, since all that it shows is text. */
export function runCardFactory(
  options: Omit<IRunCardOptions, 'notebook'>
): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [RUN_CARD_MIME],
    createRenderer: ({ resolver }) =>
      new RunCardRenderer({
        ...options,
        notebook: () => (resolver as INotebookResolver | null)?.path
      })
  };
}

export const cellsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlops:cells',
  description: 'Draws run cards below tracked cells.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null
  ) => {
    const { contents } = app.serviceManager;
    const folderOf = (path: string) =>
      PathExt.dirname(contents.localPath(path));
    const factory = runCardFactory({
      trans: (translator ?? nullTranslator).load(DOMAIN),
      onShow: (runId, notebook) =>
        void app.commands.execute(CommandIDs.showRun, {
          runId,
          ...(notebook === undefined ? {} : { folder: folderOf(notebook) })
        })
    });
    rendermime.addFactory(factory, RUN_CARD_RANK);
  }
};
