import type { RefObject } from 'react';
import { useEffect, useRef, useState } from 'react';

import type { IFocusEvents } from './treeFocus';
import { useKeptFocus } from './treeFocus';
import type { IRow, ITreeNode } from './treeRows';
import { flatten, step } from './treeRows';

export interface ITreeState extends IFocusEvents {
  /** The element in which the rows are. */
  root: RefObject<HTMLDivElement>;
  rows: IRow[];
  /** The id of the row that was chosen last; null until there is one. */
  current: string | null;
  /** The id of the one row that is in the tab order. */
  tabbed: string | undefined;
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
  const { closed, toggle } = useFolds();
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
  const focus = useKeptFocus({ root, rows, onFocus: setStop, onMoved: select });
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
  return { root, rows, current, tabbed, ...focus, open, toggle, press };
}

function useFolds() {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const toggle = ({ node }: IRow) => {
    const next = new Set(closed);
    if (!next.delete(node.id)) {
      next.add(node.id);
    }
    setClosed(next);
  };
  return { closed, toggle };
}
