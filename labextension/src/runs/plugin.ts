import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import {
  CommandIDs,
  DOMAIN,
  IMlopsClient,
  IMlopsLive,
  IMlopsSidebar,
  PLUGIN_ID
} from '../tokens';
import type { RunRow } from '../wire';
import { addRunsCommands, SECTION } from './commands';
import { RunsModel } from './model';
import { createRunsPanel } from './panel';
import { readSettings } from './settings';
import { RunTabs } from './tabs';

export const runsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlops:runs',
  description:
    'Shows the runs of a project, and the notebook and cell that made each.',
  autoStart: true,
  requires: [IMlopsClient, IMlopsLive, IMlopsSidebar],
  optional: [
    ICommandPalette,
    ILayoutRestorer,
    INotebookTracker,
    ISettingRegistry,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    client: IMlopsClient,
    live: IMlopsLive,
    sidebar: IMlopsSidebar,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null,
    settingRegistry: ISettingRegistry | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const model = new RunsModel({ client, live });
    const open = openers(app.commands);
    const tabs = new RunTabs({
      shell: app.shell,
      client,
      live,
      runs: model,
      translator: translator ?? nullTranslator,
      trans,
      onOpenSource: open.onOpenSource
    });
    addRunsCommands({
      commands: app.commands,
      sidebar,
      model,
      tabs,
      folder: () => client.folder,
      trans,
      openSource: async source => {
        const { openSource } = await import('./source');
        return openSource(source, {
          commands: app.commands,
          contents: app.serviceManager.contents,
          notebooks,
          trans
        });
      }
    });
    const widget = createRunsPanel({ model, trans, ...open });
    sidebar.addSection({ id: SECTION, rank: 100, weight: 2, widget });
    PALETTE.forEach(command =>
      palette?.addItem({ command, category: trans.__('MLOps') })
    );
    void restorer?.restore(tabs.tracker, {
      command: CommandIDs.showRun,
      args: ({ content: { model } }) => ({
        runId: model.run,
        folder: model.folder
      }),
      name: ({ content: { model } }) => `${model.folder}:${model.run}`
    });
    void followSettings(settingRegistry, model);
  }
};

const PALETTE = [
  CommandIDs.showRuns,
  CommandIDs.refreshRuns,
  CommandIDs.showRun,
  CommandIDs.openSource
];

/** What rows do, by the commands that others may run too. */
function openers(commands: CommandRegistry) {
  return {
    onOpen: (runId: string, folder: string) =>
      void commands.execute(CommandIDs.showRun, { runId, folder }),
    onOpenSource: ({ contents_path: path, run }: RunRow) =>
      void commands.execute(CommandIDs.openSource, {
        path,
        cellId: run.cell_id
      })
  };
}

async function followSettings(
  registry: ISettingRegistry | null,
  model: RunsModel
): Promise<void> {
  const settings = await registry?.load(PLUGIN_ID);
  if (settings) {
    const update = () => {
      model.settings = readSettings(settings);
    };
    settings.changed.connect(update);
    update();
  }
}
