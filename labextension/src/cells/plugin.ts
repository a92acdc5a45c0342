import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs, DOMAIN, RUN_CARD_MIME } from '../tokens';
import type { IRunCardOptions } from './panel';
import { RunCardRenderer } from './panel';

/** Before text/html (50), which a run card also carries for who has no jupyter-mlops. */
export const RUN_CARD_RANK = 10;

/** Make the factory of run cards: safe, since all that it shows is text. */
export function runCardFactory(
  options: IRunCardOptions
): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [RUN_CARD_MIME],
    createRenderer: () => new RunCardRenderer(options)
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
    const factory = runCardFactory({
      trans: (translator ?? nullTranslator).load(DOMAIN),
      onShow: runId => void app.commands.execute(CommandIDs.showRun, { runId })
    });
    rendermime.addFactory(factory, RUN_CARD_RANK);
  }
};
