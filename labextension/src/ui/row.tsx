import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Status } from './status';
import { StatusDot } from './status';

export interface ILinesProps {
  /** Left out where the thing has none. */
  status?: Status;
  name: string;
  /** What stands after the name: badges. */
  marks?: React.ReactNode;
  /** What stands at the end of the first line: a time or a duration. */
  aside?: string;
  asideTitle?: string;
  /** The second line, if any. */
  detail?: React.ReactNode;
  trans: TranslationBundle;
}

/**
 * What stands in a row: a line with status, name and time, and a smaller one for the rest.
 *
 * The spaces between the parts are not seen but heard: the row's accessible name is its text.
 */
export function Lines(props: ILinesProps): JSX.Element {
  const { status, name, marks, aside, asideTitle, detail, trans } = props;
  return (
    <>
      <div className="jp-mlops-Row-line">
        {status && <StatusDot status={status} trans={trans} />}{' '}
        <span className="jp-mlops-Row-name" title={name}>
          {name}
        </span>{' '}
        {marks}{' '}
        {aside && (
          <span className="jp-mlops-Row-aside" title={asideTitle}>
            {aside}
          </span>
        )}
      </div>{' '}
      {detail && <div className="jp-mlops-Row-detail">{detail}</div>}
    </>
  );
}

/** A word of a row's second line. */
export function Word(
  props: React.PropsWithChildren<{ title?: string }>
): JSX.Element {
  return (
    <>
      <span className="jp-mlops-Row-word" title={props.title}>
        {props.children}
      </span>{' '}
    </>
  );
}
