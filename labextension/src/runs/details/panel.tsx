import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React from 'react';

import { mlopsIcon } from '../../ui/icon';
import { createRefreshButton } from '../../ui/refreshButton';
import type { RunRow } from '../../wire';
import type { RunsModel } from '../model';
import { RunDetailsBody } from './body';
import type { RunDetailsModel } from './model';

export interface IRunDetailsPanelOptions {
  model: RunDetailsModel;
  /** Holds the settings of how runs are shown. */
  runs: RunsModel;
  trans: TranslationBundle;
  onOpen(runId: string): void;
  onOpenSource(row: RunRow): void;
}

/** The content of a run's tab; it owns its model. */
export class RunDetailsPanel extends ReactWidget {
  constructor(private _options: IRunDetailsPanelOptions) {
    super();
    const { model, runs, trans } = _options;
    this.addClass('jp-mlops-Details');
    this.title.icon = mlopsIcon;
    this.title.label = trans.__('Run');
    model.changed.connect(this._onChanged, this);
    // The settings are there, and are to be followed.
    runs.changed.connect(this.update, this);
  }

  get model(): RunDetailsModel {
    return this._options.model;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected override render(): JSX.Element {
    const { model, runs, trans, onOpen, onOpenSource } = this._options;
    return (
      <UseSignal signal={model.changed}>
        {() => (
          <RunDetailsBody
            page={model.page}
            error={model.error}
            settings={runs.settings}
            trans={trans}
            onOpen={onOpen}
            onOpenSource={onOpenSource}
          />
        )}
      </UseSignal>
    );
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this.model.active = this.isVisible;
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.model.active = true;
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this.model.active = false;
  }

  private _onChanged(): void {
    const { model, trans } = this._options;
    if (model.page) {
      const { name, run_id } = model.page.row.run;
      this.title.label = trans.__('Run: %1', name);
      this.title.caption = trans.__('Run %1 (%2)', name, run_id);
    }
  }
}

/** Frame a run's page as a tab of the main area. */
export function createRunTab(
  options: IRunDetailsPanelOptions & { translator: ITranslator }
): MainAreaWidget<RunDetailsPanel> {
  const { model, trans, translator } = options;
  const content = new RunDetailsPanel(options);
  const tab = new MainAreaWidget({ content, translator });
  tab.id = `jupyter-mlops-run-${encodeURIComponent(model.folder)}-${model.run}`;
  tab.toolbar.addItem(
    'refresh',
    createRefreshButton(trans.__('Refresh the run'), model)
  );
  return tab;
}
