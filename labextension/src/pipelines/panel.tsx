import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Section } from '../ui/section';
import { PipelinesBody } from './body';
import type { PipelinesModel } from './model';

export interface IPipelinesPanelOptions {
  model: PipelinesModel;
  trans: TranslationBundle;
  onOpenFile(path: string): void;
}

/** Frame the Pipelines section. */
export function createPipelinesPanel(options: IPipelinesPanelOptions): Section {
  const { model, trans, onOpenFile } = options;
  return new Section({
    id: 'jupyter-mlops-pipelines',
    label: trans.__('Pipelines'),
    refreshLabel: trans.__('Refresh pipelines'),
    model,
    trans,
    render: () => (
      <PipelinesBody
        page={model.page}
        error={model.error}
        trans={trans}
        onOpenFile={onOpenFile}
      />
    )
  });
}
