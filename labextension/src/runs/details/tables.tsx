import type { TranslationBundle } from '@jupyterlab/translation';
import { caretRightIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { formatSize } from '../../ui/number';
import type { Artifact } from '../../wire';

export interface IBlockProps {
  title: string;
  /** Whether it is folded until the user opens it. */
  folded?: boolean;
}

/** A part of the page with a heading that folds it. */
export function Block({
  title,
  folded = false,
  children
}: React.PropsWithChildren<IBlockProps>): JSX.Element {
  return (
    <details className="jp-mlops-Block" open={!folded}>
      <summary>
        <caretRightIcon.react tag="span" className="jp-mlops-Block-caret" />
        <h3>{title}</h3>
      </summary>
      {children}
    </details>
  );
}

export interface IValueTableProps {
  label: string;
  values: Readonly<Record<string, string | number>>;
  trans: TranslationBundle;
}

/** Names and values, by name. */
export function ValueTable(props: IValueTableProps): JSX.Element {
  const { label, values, trans } = props;
  return (
    <table className="jp-mlops-Table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{trans.__('Name')}</th>
          <th scope="col">{trans.__('Value')}</th>
        </tr>
      </thead>
      <tbody>
        {Object.keys(values)
          .sort()
          .map(name => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{String(values[name])}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

export interface IArtifactTableProps {
  label: string;
  artifacts: readonly Artifact[];
  trans: TranslationBundle;
}

/** A run's files. */
export function ArtifactTable(props: IArtifactTableProps): JSX.Element {
  const { label, artifacts, trans } = props;
  return (
    <table className="jp-mlops-Table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{trans.__('Path')}</th>
          <th scope="col">{trans.__('Size')}</th>
        </tr>
      </thead>
      <tbody>
        {artifacts.map(({ path, size }) => (
          <tr key={path}>
            <th scope="row">{path}</th>
            <td title={trans._n('%1 byte', '%1 bytes', size)}>
              {formatSize(size)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Code or a traceback: it scrolls sideways, so the keyboard must be able to reach it. */
export function Listing({
  label,
  children
}: React.PropsWithChildren<{ label: string }>): JSX.Element {
  return (
    <pre
      className="jp-mlops-Listing"
      role="region"
      aria-label={label}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      {children}
    </pre>
  );
}
