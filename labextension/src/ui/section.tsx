import type { TranslationBundle } from '@jupyterlab/translation';
import {
  PanelWithToolbar,
  ReactWidget,
  UseSignal
} from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import React from 'react';

import { createRefreshButton } from './refreshButton';

/** What a section needs of its model. */
export interface ISectionModel {
  readonly changed: ISignal<unknown, void>;
  /** Whether anybody sees the section: a model rests while nobody does. */
  active: boolean;
  refresh(): Promise<void>;
}

export interface ISectionOptions {
  /** The section's id in the document; its parts are found by it. */
  id: string;
  label: string;
  refreshLabel: string;
  model: ISectionModel;
  trans: TranslationBundle;
  render(): JSX.Element;
}

/** The frame of a section of the sidebar: a title, a refresh button, and a body that follows its model. */
export class Section extends PanelWithToolbar {
  constructor(options: ISectionOptions) {
    super();
    const { model, render, trans } = options;
    this._model = model;
    this.id = options.id;
    this.title.label = options.label;
    this.addClass('jp-mlops-Section');
    this.toolbar.node.setAttribute(
      'aria-label',
      trans.__('%1 toolbar', options.label)
    );
    this.toolbar.addItem(
      'refresh',
      createRefreshButton(options.refreshLabel, model)
    );
    const body = ReactWidget.create(
      <UseSignal signal={model.changed}>{render}</UseSignal>
    );
    body.addClass('jp-mlops-Section-body');
    this.addWidget(body);
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._model.active = this.isVisible;
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._model.active = true;
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._model.active = false;
  }

  protected override onBeforeDetach(msg: Message): void {
    this._model.active = false;
    super.onBeforeDetach(msg);
  }

  private _model: ISectionModel;
}
