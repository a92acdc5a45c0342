import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { KeyValues } from '../ui/keyValues';
import { Lines, Word } from '../ui/row';
import { runStatus, statusLabel } from '../ui/status';
import { elapsed, formatAgo, formatDuration, formatTime } from '../ui/time';
import type { Run, RunRow } from '../wire';
import { keyValues } from './keyValues';
import type { IRunsSettings } from './model';

/** What the way to a run's origin is called: a pipeline's model step comes from a YAML file. */
export function sourceLabel(
  { contents_path: path, run }: RunRow,
  trans: TranslationBundle
): string {
  if (path && !path.endsWith('.ipynb')) {
    return trans.__('Open file');
  }
  return run.cell_id
    ? trans.__('Open notebook at the cell')
    : trans.__('Open notebook');
}

export interface IRunLinesProps {
  run: Run;
  settings: IRunsSettings;
  trans: TranslationBundle;
}

/** A run in two lines: what it is, and what came of it. */
export function RunLines({
  run,
  settings,
  trans
}: IRunLinesProps): JSX.Element {
  const status = runStatus(run.status);
  return (
    <Lines
      status={status}
      name={run.name}
      aside={formatAgo(run.start_time)}
      asideTitle={formatTime(run.start_time)}
      detail={
        <>
          {status !== 'finished' && <Word>{statusLabel(status, trans)}</Word>}
          <Word title={trans.__('Duration')}>
            {formatDuration(elapsed(run.start_time, run.end_time))}
          </Word>
          <KeyValues values={keyValues(run, settings)} />
        </>
      }
      trans={trans}
    />
  );
}
