import React from 'react';

/** A name and its value as they stand in a row; `title` is the exact value. */
export interface IKeyValue {
  name: string;
  value: string;
  title: string;
}

/** Names and values in one line, as many as fit. */
export function KeyValues({ values }: { values: IKeyValue[] }): JSX.Element {
  return (
    <>
      {values.map(({ name, value, title }) => (
        <React.Fragment key={name}>
          <span className="jp-mlops-KeyValue" title={`${name} = ${title}`}>
            {name} = {value}
          </span>{' '}
        </React.Fragment>
      ))}
    </>
  );
}
