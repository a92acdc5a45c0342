import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import { DisposableSet } from '@lumino/disposable';

import type { IMlopsSidebar } from '../tokens';
import { CommandIDs } from '../tokens';
import type { RunsModel } from './model';
import type { ISource } from './source';
import type { RunTabs } from './tabs';

/** The section's id in the sidebar. */
export const SECTION = 'runs';

export interface IRunsCommandsOptions {
  commands: CommandRegistry;
  sidebar: IMlopsSidebar;
  model: RunsModel;
  tabs: RunTabs;
  /** The folder that the user looks at. */
  folder(): string;
  openSource(source: ISource): Promise<boolean>;
  trans: TranslationBundle;
}

/** Register the commands of runs. */
export function addRunsCommands(options: IRunsCommandsOptions): IDisposable {
  const { commands } = options;
  return DisposableSet.from([
    addShowRuns(commands, options),
    addRefreshRuns(commands, options),
    addShowRun(commands, options),
    addOpenSource(commands, options)
  ]);
}

const NO_ARGS = { args: { type: 'object', properties: {} } };

function addShowRuns(
  commands: CommandRegistry,
  { sidebar, trans }: IRunsCommandsOptions
): IDisposable {
  return commands.addCommand(CommandIDs.showRuns, {
    label: trans.__('Show Runs'),
    caption: trans.__('Show the runs of the project in the MLOps sidebar'),
    describedBy: NO_ARGS,
    execute: () => sidebar.showSection(SECTION)
  });
}

function addRefreshRuns(
  commands: CommandRegistry,
  { model, trans }: IRunsCommandsOptions
): IDisposable {
  return commands.addCommand(CommandIDs.refreshRuns, {
    label: trans.__('Refresh Runs'),
    caption: trans.__('Ask the server for the newest runs'),
    describedBy: NO_ARGS,
    execute: () => model.refresh()
  });
}

function addShowRun(
  commands: CommandRegistry,
  { model, tabs, folder, trans }: IRunsCommandsOptions
): IDisposable {
  const runOf = (args: { runId?: unknown }): string =>
    text(args.runId) || (model.current?.run.run_id ?? '');
  const folderOf = (args: { runId?: unknown; folder?: unknown }): string =>
    typeof args.folder === 'string'
      ? args.folder
      : ((text(args.runId) ? null : model.page?.folder) ?? folder());
  return commands.addCommand(CommandIDs.showRun, {
    label: trans.__('Show Run Details'),
    caption: trans.__('Show all about a run in a tab of its own'),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          runId: {
            type: 'string',
            description: trans.__(
              'The id of the run in MLflow, or its key (tag mlops.run_key); the selected run by default'
            )
          },
          folder: {
            type: 'string',
            description: trans.__(
              "A folder of the run's project; by default the one that you look at"
            )
          }
        }
      }
    },
    isEnabled: args => runOf(args) !== '',
    execute: args => tabs.show(runOf(args), folderOf(args))
  });
}

function addOpenSource(
  commands: CommandRegistry,
  { model, openSource, trans }: IRunsCommandsOptions
): IDisposable {
  return commands.addCommand(CommandIDs.openSource, {
    label: trans.__('Open the Notebook of the Run'),
    caption: trans.__('Open the notebook that made a run, at the cell'),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          path: {
            type: 'string',
            description: trans.__(
              "The notebook's path in the file browser; by default that of the selected run"
            )
          },
          cellId: {
            type: 'string',
            description: trans.__(
              'The id of the cell; without it the notebook is opened where it was'
            )
          }
        }
      }
    },
    isEnabled: args => 'path' in args || model.current !== null,
    execute: args =>
      openSource(
        'path' in args
          ? { path: text(args['path']), cellId: text(args['cellId']) }
          : {
              path: model.current?.contents_path ?? '',
              cellId: model.current?.run.cell_id ?? ''
            }
      )
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
