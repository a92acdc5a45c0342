import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { RUN_CARD_MIME } from '../tokens';
import type { RunCard } from '../wire';
import { RunCardBody } from './body';
import { readCard } from './card';

export interface IRunCardOptions {
  trans: TranslationBundle;
  /**
   * The path of the notebook that the card is in, as the contents API knows it; undefined where
   * that cannot be told. Asked when it is needed: a notebook may be renamed.
   */
  notebook(): string | undefined;
  onShow(runKey: string, notebook: string | undefined): void;
}

/** Draws run cards in the output of cells. */
export class RunCardRenderer
  extends ReactWidget
  implements IRenderMime.IRenderer
{
  constructor(private _options: IRunCardOptions) {
    super();
    this.addClass('jp-mlops-CardOutput');
  }

  /** Called again whenever the kernel updates the card. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._card = readCard(model.data[RUN_CARD_MIME]);
    this.update();
  }

  protected override render(): JSX.Element {
    const { trans, notebook, onShow } = this._options;
    return (
      <RunCardBody
        card={this._card}
        trans={trans}
        onShow={runKey => onShow(runKey, notebook())}
      />
    );
  }

  private _card: RunCard | null = null;
}
