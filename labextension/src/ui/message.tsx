import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { ErrorPage } from '../wire';

/** What a panel shows where there is nothing yet: one sentence on what to do. */
export function Empty({ children }: React.PropsWithChildren): JSX.Element {
  return <p className="jp-mlops-Empty">{children}</p>;
}

/** What a panel shows until the first answer is there. */
export function Loading({ trans }: { trans: TranslationBundle }): JSX.Element {
  return (
    <p className="jp-mlops-Empty" role="status">
      {trans.__('Loading…')}
    </p>
  );
}

export interface IFailureProps {
  error: ErrorPage;
  trans: TranslationBundle;
  /** How it is read out: a status waits for its turn. */
  role?: 'alert' | 'status';
}

/** What went wrong and what to do next, to be read and to be copied. */
export function Failure({
  error,
  trans,
  role = 'alert'
}: IFailureProps): JSX.Element {
  const { message, hint } = error;
  const copy = () => {
    Clipboard.copyToSystem(hint ? `${message}\n${hint}` : message);
  };
  return (
    <div className="jp-mlops-Failure" role={role}>
      <div className="jp-mlops-Failure-text">
        <p className="jp-mlops-Failure-message">{message}</p>
        {hint && <p>{hint}</p>}
      </div>
      <button
        type="button"
        className="jp-mlops-IconButton"
        title={trans.__('Copy the error')}
        aria-label={trans.__('Copy the error')}
        onClick={copy}
      >
        <copyIcon.react tag={null} />
      </button>
    </div>
  );
}
