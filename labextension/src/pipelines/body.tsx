import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Empty, Failure, Loading } from '../ui/message';
import { Lines } from '../ui/row';
import { statusLabel } from '../ui/status';
import { formatAgo, formatDuration, formatTime } from '../ui/time';
import { Tree } from '../ui/tree';
import type { ITreeNode } from '../ui/treeRows';
import type { ErrorPage, PipelineRow, PipelinesPage, StepRow } from '../wire';

export interface IPipelinesBodyProps {
  page: PipelinesPage | null;
  error: ErrorPage | null;
  trans: TranslationBundle;
  onOpenFile(path: string): void;
}

/** The Pipelines section. */
export function PipelinesBody(props: IPipelinesBodyProps): JSX.Element {
  const { page, error, trans } = props;
  return (
    <>
      {error && <Failure error={error} trans={trans} />}
      {!page && !error && <Loading trans={trans} />}
      {page && page.pipelines.length === 0 && (
        <Empty>
          {trans.__(
            'No pipelines yet. Write a pipeline.yaml that names your notebooks as steps.'
          )}
        </Empty>
      )}
      {page && page.pipelines.length > 0 && (
        <Tree
          label={trans.__('Pipelines')}
          nodes={page.pipelines.map(pipeline => pipelineNode(pipeline, props))}
        />
      )}
    </>
  );
}

function pipelineNode(
  pipeline: PipelineRow,
  { trans, onOpenFile }: IPipelinesBodyProps
): ITreeNode {
  const { name, contents_path: path, steps, execution, error } = pipeline;
  const word = error
    ? trans.__('Invalid')
    : statusLabel(execution?.status ?? 'none', trans);
  const time = execution?.end_time ?? execution?.start_time;
  return {
    id: path || name,
    label: [name, word, time ? formatAgo(time) : ''].filter(Boolean).join(', '),
    content: (
      <Lines
        status={error ? 'failed' : (execution?.status ?? 'none')}
        name={name}
        aside={time ? formatAgo(time) : undefined}
        asideTitle={time ? formatTime(time) : undefined}
        detail={
          <>
            <span className="jp-mlops-Row-word">{word}</span>
            <span className="jp-mlops-Row-word" title={path}>
              {path}
            </span>
            {error && <span className="jp-mlops-Row-error">{error}</span>}
          </>
        }
        trans={trans}
      />
    ),
    children: steps.map(step => stepNode(path || name, step, trans)),
    onOpen: path ? () => onOpenFile(path) : undefined
  };
}

function stepNode(
  pipeline: string,
  step: StepRow,
  trans: TranslationBundle
): ITreeNode {
  const duration = formatDuration(step.duration);
  return {
    id: `${pipeline}#${step.name}`,
    label: [step.name, statusLabel(step.status, trans), duration]
      .filter(Boolean)
      .join(', '),
    content: (
      <Lines
        status={step.status}
        name={step.name}
        marks={
          step.kind === 'model' && (
            <span className="jp-mlops-Badge">{trans.__('model')}</span>
          )
        }
        aside={duration || undefined}
        asideTitle={trans.__('Duration')}
        trans={trans}
      />
    )
  };
}
