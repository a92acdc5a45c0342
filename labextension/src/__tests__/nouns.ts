import type { Run, RunDetails, RunRow, RunsPage } from '../wire';

/** A run, with what a test does not care about filled in. */
export function makeRun(given: Partial<Run> = {}): Run {
  return {
    run_id: 'r1',
    name: 'train',
    status: 'FINISHED',
    experiment: 'quickstart',
    start_time: Date.now() - 120_000,
    end_time: Date.now() - 117_500,
    parent_id: null,
    user: 'ada',
    source: 'train.ipynb',
    cell_id: 'c1',
    params: {},
    metrics: {},
    tags: {},
    ...given
  };
}

export function makeRow(given: Partial<Run> = {}): RunRow {
  return { run: makeRun(given), contents_path: 'work/train.ipynb' };
}

export function makePage(ids: string[], nextPageToken = ''): RunsPage {
  return {
    rows: ids.map(run_id => makeRow({ run_id, name: run_id })),
    next_page_token: nextPageToken
  };
}

export function makeDetails(
  given: Partial<RunDetails> = {},
  run: Partial<Run> = {}
): RunDetails {
  return {
    row: makeRow(run),
    artifacts: [],
    children: [],
    code: '',
    exception: '',
    ...given
  };
}
