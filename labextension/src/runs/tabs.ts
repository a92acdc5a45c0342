import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import { WidgetTracker } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import type { IMlopsClient, IMlopsLive } from '../tokens';
import type { RunRow } from '../wire';
import { RunDetailsModel } from './details/model';
import type { RunDetailsPanel } from './details/panel';
import type { RunsModel } from './model';

export interface IRunTabsOptions {
  shell: ILabShell | JupyterFrontEnd.IShell;
  client: IMlopsClient;
  live: IMlopsLive;
  runs: RunsModel;
  translator: ITranslator;
  trans: TranslationBundle;
  onOpenSource(row: RunRow): void;
}

/** The tabs of the main area that show a run each. */
export class RunTabs {
  constructor(private _options: IRunTabsOptions) {}

  readonly tracker = new WidgetTracker<MainAreaWidget<RunDetailsPanel>>({
    namespace: 'jupyter-mlops-runs'
  });

  /**
   * Show a run in its tab; make the tab if there is none.
   *
   * @param run - The run's id or its key.
   * @param folder - A folder of the run's project.
   */
  async show(
    run: string,
    folder: string
  ): Promise<MainAreaWidget<RunDetailsPanel>> {
    const tab = this._find(run, folder) ?? (await this._create(run, folder));
    this._options.shell.activateById(tab.id);
    return tab;
  }

  private _find(
    run: string,
    folder: string
  ): MainAreaWidget<RunDetailsPanel> | undefined {
    return this.tracker.find(({ content }) =>
      content.model.isAbout(run, folder)
    );
  }

  private async _create(
    run: string,
    folder: string
  ): Promise<MainAreaWidget<RunDetailsPanel>> {
    // Not before a run is looked at: it costs nothing at start.
    const { createRunTab } = await import('./details/panel');
    const known = this._find(run, folder);
    if (known) {
      return known;
    }
    const { shell, client, live, onOpenSource } = this._options;
    const tab = createRunTab({
      ...this._options,
      model: new RunDetailsModel({ run, folder, client, live }),
      onOpen: child => void this.show(child, folder),
      onOpenSource
    });
    await this.tracker.add(tab);
    shell.add(tab, 'main');
    return tab;
  }
}
