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

  /** Show the run, given by its id or its key, in its tab; make the tab if there is none. */
  async show(run: string): Promise<MainAreaWidget<RunDetailsPanel>> {
    const tab = this._find(run) ?? (await this._create(run));
    this._options.shell.activateById(tab.id);
    return tab;
  }

  private _find(run: string): MainAreaWidget<RunDetailsPanel> | undefined {
    return this.tracker.find(({ content }) => content.model.isAbout(run));
  }

  private async _create(run: string): Promise<MainAreaWidget<RunDetailsPanel>> {
    // Not before a run is looked at: it costs nothing at start.
    const { createRunTab } = await import('./details/panel');
    const known = this._find(run);
    if (known) {
      return known;
    }
    const { shell, client, live, onOpenSource } = this._options;
    const tab = createRunTab({
      ...this._options,
      model: new RunDetailsModel({ run, client, live }),
      onOpen: child => void this.show(child),
      onOpenSource
    });
    await this.tracker.add(tab);
    shell.add(tab, 'main');
    return tab;
  }
}
