import React from 'react';

import { TreeRow } from './treeRow';
import type { ITreeNode } from './treeRows';
import { useTreeState } from './treeState';

export interface ITreeProps {
  label: string;
  nodes: ITreeNode[];
  /** Called when a row becomes the current one. */
  onSelect?(id: string): void;
}

/**
 * A tree that the keyboard can walk through, in the way of JupyterLab's own.
 *
 * Only the current row is in the tab order. Up and Down, Home and End move; Right and Left open and
 * close a node or go to its children and its parent; Enter opens; Tab goes on to the row's buttons.
 */
export function Tree({ label, nodes, onSelect }: ITreeProps): JSX.Element {
  const { root, rows, current, tabbed, open, toggle, press, ...focus } =
    useTreeState(nodes, onSelect);
  const flat = rows.every(({ expanded }) => expanded === undefined);
  return (
    <div
      className={flat ? 'jp-mlops-Tree jp-mod-flat' : 'jp-mlops-Tree'}
      role="tree"
      aria-label={label}
      ref={root}
      {...focus}
    >
      {rows.map(row => (
        <TreeRow
          key={row.node.id}
          row={row}
          selected={row.node.id === current}
          tabbed={row.node.id === tabbed}
          onOpen={() => open(row)}
          onToggle={() => toggle(row)}
          onKey={key => press(row, key)}
        />
      ))}
    </div>
  );
}
