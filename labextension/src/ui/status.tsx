import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ExecutionRow, RunStatus, StepRow } from '../wire';

/** How a run, a step or an execution stands. */
export type Status =
  Lowercase<RunStatus> | StepRow['status'] | ExecutionRow['status'];

/** Runs bear MLflow's states, in capitals. */
export function runStatus(status: RunStatus): Lowercase<RunStatus> {
  return status.toLowerCase() as Lowercase<RunStatus>;
}

/** The word for a status. */
export function statusLabel(status: Status, trans: TranslationBundle): string {
  switch (status) {
    case 'none':
      return trans.__('Not run');
    case 'scheduled':
      return trans.__('Scheduled');
    case 'running':
      return trans.__('Running');
    case 'finished':
      return trans.__('Finished');
    case 'done':
      return trans.__('Done');
    case 'cached':
      return trans.__('Cached');
    case 'failed':
      return trans.__('Failed');
    case 'refused':
      return trans.__('Refused');
    case 'skipped':
      return trans.__('Skipped');
    case 'killed':
      return trans.__('Killed');
  }
}

// Each has a shape of its own: colour alone says nothing to many eyes.
const SHAPES: Record<Status, React.ReactElement> = {
  none: <circle cx="6" cy="6" r="4" className="jp-mlops-mod-hollow" />,
  scheduled: <circle cx="6" cy="6" r="4" className="jp-mlops-mod-hollow" />,
  running: (
    <>
      <circle cx="6" cy="6" r="4.5" className="jp-mlops-mod-hollow" />
      <circle cx="6" cy="6" r="2" />
    </>
  ),
  finished: <circle cx="6" cy="6" r="5" />,
  done: <circle cx="6" cy="6" r="5" />,
  cached: <path d="M6 1a5 5 0 0 0 0 10zM7 1.1a5 5 0 0 1 0 9.8z" />,
  failed: (
    <path d="m3 1.2 3 3 3-3L10.8 3l-3 3 3 3L9 10.8l-3-3-3 3L1.2 9l3-3-3-3z" />
  ),
  refused: <path d="M6 .8 11.5 11H.5z" />,
  skipped: <path d="M2 5h8v2H2z" />,
  killed: <path d="M1.5 1.5h9v9h-9z" />
};

export interface IStatusDotProps {
  status: Status;
  trans: TranslationBundle;
}

/** A status as a small mark, with its word for who cannot see it. */
export function StatusDot({ status, trans }: IStatusDotProps): JSX.Element {
  const label = statusLabel(status, trans);
  return (
    <svg
      className="jp-mlops-Status"
      data-status={status}
      viewBox="0 0 12 12"
      width="12"
      height="12"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {SHAPES[status]}
    </svg>
  );
}
