import type { LabIcon } from '@jupyterlab/ui-components';
import type { ReactNode } from 'react';

/** A button of a row. */
export interface ITreeAction {
  label: string;
  icon: LabIcon;
  onClick(): void;
}

/** A row of a tree, and the rows below it. */
export interface ITreeNode {
  id: string;
  content: ReactNode;
  actions?: ITreeAction[];
  children?: ITreeNode[];
  /** What Enter or a click does; without it they open and close the node. */
  onOpen?(): void;
}

/** A node where it stands among the rows that are seen. */
export interface IRow {
  node: ITreeNode;
  /** Counted from 1, as ARIA does. */
  level: number;
  position: number;
  siblings: number;
  parent: IRow | null;
  /** Undefined where there is nothing to open. */
  expanded: boolean | undefined;
}

/** List the rows that are seen, top down. */
export function flatten(
  nodes: readonly ITreeNode[],
  closed: ReadonlySet<string>,
  parent: IRow | null = null
): IRow[] {
  return nodes.flatMap((node, index) => {
    const children = node.children ?? [];
    const expanded = children.length ? !closed.has(node.id) : undefined;
    const row: IRow = {
      node,
      level: (parent?.level ?? 0) + 1,
      position: index + 1,
      siblings: nodes.length,
      parent,
      expanded
    };
    return [row, ...(expanded ? flatten(children, closed, row) : [])];
  });
}

/** Find the row next to one that is gone: what closed over it, or else what was around it. */
export function neighbour(
  rows: readonly IRow[],
  before: readonly IRow[],
  gone: string
): IRow | undefined {
  const left = new Map(rows.map(row => [row.node.id, row]));
  const index = before.findIndex(({ node }) => node.id === gone);
  const parent = left.get(before[index]?.parent?.node.id ?? '');
  if (parent?.expanded === false) {
    return parent;
  }
  return [...before.slice(index + 1), ...before.slice(0, index).reverse()]
    .map(({ node }) => left.get(node.id))
    .find(row => row !== undefined);
}

/**
 * Say where a key leads from a row.
 *
 * @returns The row to go to, 'toggle' where the key opens or closes the row itself, or null where
 *   the key means nothing here.
 */
export function step(
  rows: readonly IRow[],
  row: IRow,
  key: string
): IRow | 'toggle' | null {
  const index = rows.findIndex(({ node }) => node.id === row.node.id);
  switch (key) {
    case 'ArrowDown':
      return rows[Math.min(index + 1, rows.length - 1)];
    case 'ArrowUp':
      return rows[Math.max(index - 1, 0)];
    case 'Home':
      return rows[0];
    case 'End':
      return rows[rows.length - 1];
    case 'ArrowRight':
      return row.expanded
        ? rows[index + 1]
        : row.expanded === false
          ? 'toggle'
          : null;
    case 'ArrowLeft':
      return row.expanded ? 'toggle' : row.parent;
    default:
      return null;
  }
}
