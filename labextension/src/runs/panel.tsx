import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Section } from '../ui/section';
import type { RunRow } from '../wire';
import { RunsBody } from './body';
import type { RunsModel } from './model';

export interface IRunsPanelOptions {
  model: RunsModel;
  trans: TranslationBundle;
  onOpen(runId: string, folder: string): void;
  onOpenSource(row: RunRow): void;
}

/** Frame the Runs section. */
export function createRunsPanel(options: IRunsPanelOptions): Section {
  const { model, trans, onOpen, onOpenSource } = options;
  return new Section({
    id: 'jupyter-mlops-runs',
    label: trans.__('Runs'),
    refreshLabel: trans.__('Refresh runs'),
    model,
    trans,
    render: () => (
      <RunsBody
        page={model.page}
        error={model.error}
        settings={model.settings}
        trans={trans}
        onSelect={runId => model.select(runId)}
        onOpen={runId => onOpen(runId, model.page?.folder ?? '')}
        onOpenSource={onOpenSource}
        growing={model.growing}
        onMore={() => void model.showMore()}
      />
    )
  });
}
