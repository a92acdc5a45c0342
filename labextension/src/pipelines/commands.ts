import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import { DisposableSet } from '@lumino/disposable';

import type { IMlopsSidebar } from '../tokens';
import { CommandIDs } from '../tokens';
import type { PipelinesModel } from './model';

/** The section's id in the sidebar. */
export const SECTION = 'pipelines';

export interface IPipelinesCommandsOptions {
  commands: CommandRegistry;
  sidebar: IMlopsSidebar;
  model: PipelinesModel;
  trans: TranslationBundle;
}

/** Register the commands of pipelines. */
export function addPipelinesCommands(
  options: IPipelinesCommandsOptions
): IDisposable {
  const { commands, sidebar, model, trans } = options;
  return DisposableSet.from([
    commands.addCommand(CommandIDs.showPipelines, {
      label: trans.__('Show Pipelines'),
      caption: trans.__(
        'Show the pipelines of the project in the MLOps sidebar'
      ),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => sidebar.showSection(SECTION)
    }),
    commands.addCommand(CommandIDs.refreshPipelines, {
      label: trans.__('Refresh Pipelines'),
      caption: trans.__('Ask the server how the pipelines stand'),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => model.refresh()
    })
  ]);
}
