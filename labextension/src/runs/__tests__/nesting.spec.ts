import { makeRow } from '../../__tests__/nouns';
import type { INestedRun } from '../nesting';
import { nestRuns } from '../nesting';

const row = (run_id: string, parent_id: string | null = null) =>
  makeRow({ run_id, parent_id });

const shape = (items: INestedRun[]): unknown[] =>
  items.map(({ row: { run }, children }) =>
    children.length ? [run.run_id, shape(children)] : run.run_id
  );

describe('nestRuns', () => {
  it('puts runs below their parent and keeps the order', () => {
    const rows = [
      row('c'),
      row('a2', 'a'),
      row('a1', 'a'),
      row('a'),
      row('x', 'a1')
    ];

    expect(shape(nestRuns(rows))).toEqual(['c', ['a', ['a2', ['a1', ['x']]]]]);
  });

  it('leaves a run at the top whose parent is on another page', () => {
    expect(shape(nestRuns([row('a1', 'a')]))).toEqual(['a1']);
  });

  it('loses no run to parents that make no sense', () => {
    const rows = [row('a', 'b'), row('b', 'a'), row('c', 'c')];

    expect(shape(nestRuns(rows))).toEqual([['b', ['a']], 'c']);
  });
});
