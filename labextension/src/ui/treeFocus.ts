import type { FocusEvent, RefObject } from 'react';
import { useLayoutEffect, useRef } from 'react';

import { isLost } from './focus';
import type { IRow } from './treeRows';
import { neighbour } from './treeRows';

/** To be told of the focus, which is in a row or in one of its buttons. */
export interface IFocusEvents {
  onFocus(event: FocusEvent): void;
  onBlur(): void;
}

export interface IKeptFocusOptions {
  /** The element in which the rows are. */
  root: RefObject<HTMLDivElement>;
  rows: IRow[];
  /** Called with the id of the row that the focus has come to. */
  onFocus(id: string): void;
  /** Called when the focus had to move to another row. */
  onMoved(id: string): void;
}

/** Keep the focus in the tree when the row that had it is gone: its neighbour gets it. */
export function useKeptFocus(options: IKeptFocusOptions): IFocusEvents {
  const { root, rows, onFocus, onMoved } = options;
  const focused = useRef<string | null>(null);
  const before = useRef<IRow[]>([]);
  useLayoutEffect(() => {
    const { current: id } = focused;
    // React does not tell of the blur of what it takes away.
    if (id !== null && isLost()) {
      const next = neighbour(rows, before.current, id)?.node.id;
      const row = [...(root.current?.children ?? [])].find(
        child => child instanceof HTMLElement && child.dataset['id'] === next
      );
      if (next !== undefined && row) {
        onMoved(next);
        (row as HTMLElement).focus();
      }
    }
    before.current = rows;
  });
  return {
    onFocus: ({ target }) => {
      const row = target.closest<HTMLElement>('[role="treeitem"]');
      focused.current = row?.dataset['id'] ?? null;
      if (focused.current !== null) {
        onFocus(focused.current);
      }
    },
    onBlur: () => {
      focused.current = null;
    }
  };
}
