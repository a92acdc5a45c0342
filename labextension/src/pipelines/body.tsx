import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Badge } from '../ui/badge';
import { Empty, Failure, Loading } from '../ui/message';
import { Lines, Word } from '../ui/row';
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
      {error && <Failure error={error} role="status" trans={trans} />}
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
    content: (
      <Lines
        status={error ? 'failed' : (execution?.status ?? 'none')}
        name={name}
        aside={time ? formatAgo(time) : undefined}
        asideTitle={time ? formatTime(time) : undefined}
        detail={
          <>
            <Word>{word}</Word>
            <Word title={path}>{path}</Word>
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
    content: (
      <Lines
        status={step.status}
        name={step.name}
        marks={step.kind === 'model' && <Badge>{trans.__('model')}</Badge>}
        aside={duration || undefined}
        asideTitle={trans.__('Duration')}
        trans={trans}
      />
    )
  };
}
