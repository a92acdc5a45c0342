import {
  addToolbarButtonClass,
  ReactWidget,
  refreshIcon,
  ToolbarButtonComponent
} from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import React from 'react';

/**
 * Make a toolbar's button that refreshes a model.
 *
 * Not a `ToolbarButton`: that one says `aria-pressed` of itself, which its element may not have.
 */
export function createRefreshButton(
  label: string,
  model: { refresh(): Promise<void> }
): Widget {
  const button = ReactWidget.create(
    <ToolbarButtonComponent
      icon={refreshIcon}
      tooltip={label}
      onClick={() => void model.refresh()}
    />
  );
  return addToolbarButtonClass(button);
}
