import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import {
  CommandIDs,
  DOMAIN,
  IMlopsClient,
  IMlopsLive,
  IMlopsSidebar
} from '../tokens';
import { addPipelinesCommands, SECTION } from './commands';
import { PipelinesModel } from './model';
import { createPipelinesPanel } from './panel';

export const pipelinesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlops:pipelines',
  description: 'Shows the pipelines of a project and how they stand.',
  autoStart: true,
  requires: [IMlopsClient, IMlopsLive, IMlopsSidebar],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    client: IMlopsClient,
    live: IMlopsLive,
    sidebar: IMlopsSidebar,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const { commands } = app;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const model = new PipelinesModel(client, live);
    addPipelinesCommands({ commands, sidebar, model, trans });
    sidebar.addSection({
      id: SECTION,
      rank: 200,
      weight: 1,
      widget: createPipelinesPanel({
        model,
        trans,
        onOpenFile: path => void commands.execute('docmanager:open', { path })
      })
    });
    for (const command of [
      CommandIDs.showPipelines,
      CommandIDs.refreshPipelines
    ]) {
      palette?.addItem({ command, category: trans.__('MLOps') });
    }
  }
};
