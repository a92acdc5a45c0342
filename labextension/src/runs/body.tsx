import type { TranslationBundle } from '@jupyterlab/translation';
import { notebookIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { Empty, Failure, Loading } from '../ui/message';
import { Tree } from '../ui/tree';
import type { ITreeNode } from '../ui/treeRows';
import type { ErrorPage, RunRow, RunsPage } from '../wire';
import type { IRunsSettings } from './model';
import type { INestedRun } from './nesting';
import { nestRuns } from './nesting';
import { RunLines, sourceLabel } from './row';

export interface IRunsBodyProps {
  page: RunsPage | null;
  error: ErrorPage | null;
  settings: IRunsSettings;
  trans: TranslationBundle;
  onSelect(runId: string): void;
  onOpen(runId: string): void;
  onOpenSource(row: RunRow): void;
  onMore(): void;
}

/** The Runs section. */
export function RunsBody(props: IRunsBodyProps): JSX.Element {
  const { page, error, trans } = props;
  return (
    <>
      {error && <Failure error={error} trans={trans} />}
      {!page && !error && <Loading trans={trans} />}
      {page && page.rows.length === 0 && (
        <Empty>
          {trans.__(
            'No runs yet. Write %1 on the first line of a notebook cell and run the cell.',
            '%%track'
          )}
        </Empty>
      )}
      {page && page.rows.length > 0 && (
        <Tree
          label={trans.__('Runs')}
          nodes={nestRuns(page.rows).map(item => runNode(item, props))}
          onSelect={props.onSelect}
        />
      )}
      {page?.next_page_token && (
        <button type="button" className="jp-mlops-More" onClick={props.onMore}>
          {trans.__('Show more')}
        </button>
      )}
    </>
  );
}

function runNode(item: INestedRun, props: IRunsBodyProps): ITreeNode {
  const { settings, trans } = props;
  const { run } = item.row;
  return {
    id: run.run_id,
    content: <RunLines run={run} settings={settings} trans={trans} />,
    actions: [
      {
        label: sourceLabel(item.row, trans),
        icon: notebookIcon,
        onClick: () => props.onOpenSource(item.row)
      }
    ],
    children: item.children.map(child => runNode(child, props)),
    onOpen: () => props.onOpen(run.run_id)
  };
}
