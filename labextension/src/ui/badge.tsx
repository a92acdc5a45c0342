import React from 'react';

/** A short word beside a name. */
export function Badge({ children }: React.PropsWithChildren): JSX.Element {
  return (
    <>
      <span className="jp-mlops-Badge">{children}</span>{' '}
    </>
  );
}
