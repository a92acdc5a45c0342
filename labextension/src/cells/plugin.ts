import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs, DOMAIN, RUN_CARD_MIME } from '../tokens';
import { RunCardRenderer } from './panel';

/** Before text/html (50), which a run card also carries for who has no jupyter-mlops. */
const RANK = 10;

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
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    rendermime.addFactory(
      {
        safe: true,
        mimeTypes: [RUN_CARD_MIME],
        createRenderer: () =>
          new RunCardRenderer({
            trans,
            onShow: runId =>
              void app.commands.execute(CommandIDs.showRun, { runId })
          })
      },
      RANK
    );
  }
};
