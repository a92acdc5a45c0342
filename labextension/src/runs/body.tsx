import type { TranslationBundle } from '@jupyterlab/translation';
import { notebookIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { Empty, Failure, Loading } from '../ui/message';
import { useFocusOnNew } from '../ui/focus';
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
  /** Whether one page more is under way. */
  growing: boolean;
  onMore(): void;
}

/** The Runs section. */
export function RunsBody(props: IRunsBodyProps): JSX.Element {
  const { page, error, trans } = props;
  return (
    <>
      {error && <Failure error={error} role="status" trans={trans} />}
      {!page && !error && <Loading trans={trans} />}
      {page && page.rows.length === 0 && (
        <Empty>
          {trans.__(
            'No runs yet. Write %1 on the first line of a notebook cell and run the cell.',
            '%%track'
          )}
        </Empty>
      )}
      {page && <Rows {...props} page={page} />}
    </>
  );
}

type PageProps = IRunsBodyProps & { page: RunsPage };

function Rows(props: PageProps): JSX.Element {
  const { page, growing, trans, onMore } = props;
  const { root, mark } = useFocusOnNew(growing);
  const more = () => {
    if (!growing) {
      mark();
      onMore();
    }
  };
  return (
    <div ref={root}>
      {page.rows.length > 0 && (
        <Tree
          label={trans.__('Runs')}
          nodes={nestRuns(page.rows).map(item => runNode(item, props))}
          onSelect={props.onSelect}
        />
      )}
      {page.next_page_token && (
        // Not disabled, or it would lose the focus.
        <button
          type="button"
          className="jp-mlops-More"
          aria-disabled={growing}
          onClick={more}
        >
          {trans.__('Show more')}
        </button>
      )}
    </div>
  );
}

function runNode(item: INestedRun, props: IRunsBodyProps): ITreeNode {
  const { settings, trans } = props;
  const { run } = item.row;
  return {
    id: run.run_id,
    content: <RunLines run={run} settings={settings} trans={trans} />,
    actions: item.row.contents_path
      ? [
          {
            label: sourceLabel(item.row, trans),
            icon: notebookIcon,
            onClick: () => props.onOpenSource(item.row)
          }
        ]
      : undefined,
    children: item.children.map(child => runNode(child, props)),
    onOpen: () => props.onOpen(run.run_id)
  };
}
