import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Section } from '../ui/section';
import { RegistryBody } from './body';
import type { RegistryModel } from './model';

export interface IRegistryPanelOptions {
  model: RegistryModel;
  trans: TranslationBundle;
  onOpenRun(runId: string, folder: string): void;
}

/** Frame the Models section. */
export function createRegistryPanel(options: IRegistryPanelOptions): Section {
  const { model, trans, onOpenRun } = options;
  return new Section({
    id: 'jupyter-mlops-models',
    label: trans.__('Models'),
    refreshLabel: trans.__('Refresh models'),
    model,
    trans,
    render: () => (
      <RegistryBody
        page={model.page}
        error={model.error}
        trans={trans}
        onOpenRun={runId => onOpenRun(runId, model.page?.folder ?? '')}
      />
    )
  });
}
