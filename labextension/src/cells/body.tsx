import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { stripAnsi } from '../ui/ansi';
import { formatMetric } from '../ui/number';
import { runStatus, StatusDot, statusLabel } from '../ui/status';
import { formatDuration } from '../ui/time';
import type { RunCard } from '../wire';

export interface IRunCardBodyProps {
  /** Null where the output's data is no run card. */
  card: RunCard | null;
  trans: TranslationBundle;
  onShow(runKey: string): void;
}

/** The card below a tracked cell. */
export function RunCardBody(props: IRunCardBodyProps): JSX.Element {
  const { card, trans, onShow } = props;
  if (!card) {
    return <p>{trans.__('This run card cannot be read.')}</p>;
  }
  const status = runStatus(card.status);
  const duration = formatDuration(card.duration);
  return (
    <div
      role="group"
      className="jp-mlops-Card"
      aria-label={trans.__('Run %1', card.name)}
    >
      <div className="jp-mlops-Card-head">
        <StatusDot status={status} trans={trans} />
        <span className="jp-mlops-Card-name">{card.name}</span>
        <span className="jp-mlops-Card-word">{statusLabel(status, trans)}</span>
        {duration && <span className="jp-mlops-Card-word">{duration}</span>}
        <button
          type="button"
          className="jp-mlops-Link"
          onClick={() => onShow(card.run_key)}
        >
          {trans.__('Show run')}
        </button>
      </div>
      {card.exception && (
        <p className="jp-mlops-Card-exception">{stripAnsi(card.exception)}</p>
      )}
      <Values
        label={trans.__('Metrics')}
        values={Object.entries(card.metrics).map(([name, value]) => [
          name,
          formatMetric(value),
          String(value)
        ])}
      />
      <Values
        label={trans.__('Params')}
        values={Object.entries(card.params).map(([name, value]) => [
          name,
          value,
          value
        ])}
      />
    </div>
  );
}

interface IValuesProps {
  label: string;
  /** Name, value, exact value. */
  values: [string, string, string][];
}

function Values({ label, values }: IValuesProps): JSX.Element | null {
  if (values.length === 0) {
    return null;
  }
  return (
    <div className="jp-mlops-Card-values">
      <span className="jp-mlops-Card-label">{label}</span>
      <div className="jp-mlops-Card-list">
        {values.map(([name, value, exact]) => (
          <span key={name} title={`${name} = ${exact}`}>
            <span className="jp-mlops-Card-key">{name}</span> {value}
          </span>
        ))}
      </div>
    </div>
  );
}
