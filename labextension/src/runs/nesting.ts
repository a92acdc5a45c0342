import type { RunRow } from '../wire';

/** A run and those that it started. */
export interface INestedRun {
  row: RunRow;
  children: INestedRun[];
}

/**
 * Put runs below the run that started them, if that is among them; the order stays.
 *
 * @param rows - Newest first.
 */
export function nestRuns(rows: readonly RunRow[]): INestedRun[] {
  const nested = new Map<string, INestedRun>(
    rows.map(row => [row.run.run_id, { row, children: [] }])
  );
  const parents = new Map<INestedRun, INestedRun>();
  const isAbove = (item: INestedRun, other: INestedRun): boolean => {
    for (let at: INestedRun | undefined = other; at; at = parents.get(at)) {
      if (at === item) {
        return true;
      }
    }
    return false;
  };
  return [...nested.values()].filter(item => {
    const parent = nested.get(item.row.run.parent_id ?? '');
    // Tags are free text: two runs may each claim to have started the other.
    if (!parent || isAbove(item, parent)) {
      return true;
    }
    parents.set(item, parent);
    parent.children.push(item);
    return false;
  });
}
