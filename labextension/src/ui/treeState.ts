import type { FocusEvent, MutableRefObject, RefObject } from 'react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';

import { isLost } from './focus';
import type { IRow, ITreeNode } from './treeRows';
import { flatten, neighbour, step } from './treeRows';

export interface ITreeState {
  /** The element in which the rows are. */
  root: RefObject<HTMLDivElement>;
  rows: IRow[];
  /** The id of the row that was chosen last; null until there is one. */
  current: string | null;
  /** The id of the one row that is in the tab order. */
  tabbed: string | undefined;
  /** To be told of the focus, which is in a row or in one of its buttons. */
  onFocus(event: FocusEvent): void;
  onBlur(): void;
  open(row: IRow): void;
  toggle(row: IRow): void;
  /** Do what a key does on a row; returns whether it means something there. */
  press(row: IRow, key: string): boolean;
}

/** Keep which nodes are closed, which row is the current one, and the focus on it. */
export function useTreeState(
  nodes: readonly ITreeNode[],
  onSelect?: (id: string) => void
): ITreeState {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState<string | null>(null);
  const [stop, setStop] = useState<string | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const moved = useRef(false);

  const rows = flatten(nodes, closed);
  const isKnown = (id: string | null) =>
    rows.some(({ node }) => node.id === id);
  const tabbed = [stop, current].find(isKnown) ?? rows[0]?.node.id;

  useEffect(() => {
    if (moved.current) {
      moved.current = false;
      root.current
        ?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')
        ?.focus();
    }
  }, [tabbed]);

  const select = (id: string) => {
    setCurrent(id);
    setStop(id);
    onSelect?.(id);
  };
  const focused = useKeptFocus(root, rows, select);
  const onFocus = ({ target }: FocusEvent) => {
    const row = target.closest<HTMLElement>('[role="treeitem"]');
    focused.current = row?.dataset['id'] ?? null;
    setStop(focused.current);
  };
  const onBlur = () => {
    focused.current = null;
  };
  const toggle = ({ node }: IRow) => {
    const next = new Set(closed);
    if (!next.delete(node.id)) {
      next.add(node.id);
    }
    setClosed(next);
  };
  const open = (row: IRow) => {
    select(row.node.id);
    if (row.node.onOpen) {
      row.node.onOpen();
    } else if (row.expanded !== undefined) {
      toggle(row);
    }
  };
  const press = (row: IRow, key: string): boolean => {
    if (key === 'Enter' || key === ' ') {
      open(row);
      return true;
    }
    const next = step(rows, row, key);
    if (next === 'toggle') {
      toggle(row);
    } else if (next) {
      moved.current = next.node.id !== tabbed;
      select(next.node.id);
    }
    return next !== null;
  };
  return {
    root,
    rows,
    current,
    tabbed,
    onFocus,
    onBlur,
    open,
    toggle,
    press
  };
}

/**
 * Keep the focus in the tree when the row that had it is gone: its neighbour gets it.
 *
 * @returns Where to note the id of the row that has the focus.
 */
function useKeptFocus(
  root: RefObject<HTMLDivElement>,
  rows: IRow[],
  select: (id: string) => void
): MutableRefObject<string | null> {
  const focused = useRef<string | null>(null);
  const before = useRef<IRow[]>([]);
  useLayoutEffect(() => {
    const { current: id } = focused;
    if (id !== null && isLost()) {
      const next = neighbour(rows, before.current, id)?.node.id;
      const row = [...(root.current?.children ?? [])].find(
        child => child instanceof HTMLElement && child.dataset['id'] === next
      );
      if (next !== undefined && row) {
        select(next);
        (row as HTMLElement).focus();
      }
    }
    before.current = rows;
  });
  return focused;
}
