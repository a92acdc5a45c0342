import type { RefObject } from 'react';
import { useEffect, useRef } from 'react';

const ROW = '[role="treeitem"]';

export interface IFocusOnNew {
  /** The element in which the rows are, and the button that asks for more. */
  root: RefObject<HTMLDivElement>;
  /** Remember the rows that are there when more are asked for. */
  mark(): void;
}

/**
 * Bring the focus from a button that asks for more rows to the first row that it brought.
 *
 * @param growing - Whether more rows are under way.
 */
export function useFocusOnNew(growing: boolean): IFocusOnNew {
  const root = useRef<HTMLDivElement>(null);
  const seen = useRef<ReadonlySet<string> | null>(null);
  const rows = () => [
    ...(root.current?.querySelectorAll<HTMLElement>(ROW) ?? [])
  ];
  useEffect(() => {
    const { current: known } = seen;
    if (growing || !known) {
      return;
    }
    seen.current = null;
    // The user may have gone elsewhere meanwhile.
    const { activeElement: focused } = document;
    const onButton = root.current?.contains(focused) && !focused?.closest(ROW);
    if (isLost() || onButton) {
      rows()
        .find(row => !known.has(idOf(row)))
        ?.focus();
    }
  }, [growing]);
  return {
    root,
    mark: () => {
      seen.current = new Set(rows().map(idOf));
    }
  };
}

/** Whether what had the focus is gone. */
export function isLost(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body;
}

function idOf(row: HTMLElement): string {
  return row.dataset['id'] ?? '';
}
