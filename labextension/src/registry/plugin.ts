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
import { addRegistryCommands, SECTION } from './commands';
import { RegistryModel } from './model';
import { createRegistryPanel } from './panel';

export const registryPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlops:registry',
  description:
    'Shows the registered models of a project, their versions and aliases.',
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
    const model = new RegistryModel(client, live);
    addRegistryCommands({ commands, sidebar, model, trans });
    sidebar.addSection({
      id: SECTION,
      rank: 300,
      weight: 1,
      widget: createRegistryPanel({
        model,
        trans,
        onOpenRun: (runId, folder) =>
          void commands.execute(CommandIDs.showRun, { runId, folder })
      })
    });
    for (const command of [CommandIDs.showModels, CommandIDs.refreshModels]) {
      palette?.addItem({ command, category: trans.__('MLOps') });
    }
  }
};
