import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import { DisposableSet } from '@lumino/disposable';

import type { IMlopsSidebar } from '../tokens';
import { CommandIDs } from '../tokens';
import type { RegistryModel } from './model';

/** The section's id in the sidebar. */
export const SECTION = 'models';

export interface IRegistryCommandsOptions {
  commands: CommandRegistry;
  sidebar: IMlopsSidebar;
  model: RegistryModel;
  trans: TranslationBundle;
}

/** Register the commands of the registry. */
export function addRegistryCommands(
  options: IRegistryCommandsOptions
): IDisposable {
  const { commands, sidebar, model, trans } = options;
  return DisposableSet.from([
    commands.addCommand(CommandIDs.showModels, {
      label: trans.__('Show Models'),
      caption: trans.__(
        'Show the registered models of the project in the MLOps sidebar'
      ),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => sidebar.showSection(SECTION)
    }),
    commands.addCommand(CommandIDs.refreshModels, {
      label: trans.__('Refresh Models'),
      caption: trans.__('Ask the server for the registered models'),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => model.refresh()
    })
  ]);
}
