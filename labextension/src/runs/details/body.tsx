import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { stripAnsi } from '../../ui/ansi';
import { Failure, Loading } from '../../ui/message';
import { runStatus, StatusDot, statusLabel } from '../../ui/status';
import { Tree } from '../../ui/tree';
import { elapsed, formatDuration, formatTime } from '../../ui/time';
import type { ErrorPage, Run, RunDetails, RunRow } from '../../wire';
import type { IRunsSettings } from '../model';
import { RunLines, sourceLabel } from '../row';
import { ArtifactTable, Block, Listing, ValueTable } from './tables';

export interface IRunDetailsBodyProps {
  page: RunDetails | null;
  error: ErrorPage | null;
  settings: IRunsSettings;
  trans: TranslationBundle;
  onOpen(runId: string): void;
  onOpenSource(row: RunRow): void;
}

/** The page of one run. */
export function RunDetailsBody(props: IRunDetailsBodyProps): JSX.Element {
  const { page, error, trans } = props;
  return (
    <>
      {error && <Failure error={error} trans={trans} />}
      {!page && !error && <Loading trans={trans} />}
      {page && <Header {...props} page={page} />}
      {page && <Values page={page} trans={trans} />}
      {page && page.children.length > 0 && <Children {...props} page={page} />}
    </>
  );
}

type PageProps = IRunDetailsBodyProps & { page: RunDetails };

function Header({ page, trans, onOpenSource }: PageProps): JSX.Element {
  const { run } = page.row;
  return (
    <div className="jp-mlops-Details-header">
      <div className="jp-mlops-Details-title">
        <StatusDot status={runStatus(run.status)} trans={trans} />
        <h2>{run.name}</h2>
        {page.row.contents_path && (
          <button
            type="button"
            className="jp-mod-styled jp-mod-accept"
            onClick={() => onOpenSource(page.row)}
          >
            {sourceLabel(page.row, trans)}
          </button>
        )}
      </div>
      <dl className="jp-mlops-Facts">
        {facts(run, trans).map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
      </dl>
    </div>
  );
}

function facts(run: Run, trans: TranslationBundle): [string, string][] {
  const all: [string, string][] = [
    [trans.__('Status'), statusLabel(runStatus(run.status), trans)],
    [trans.__('Started'), formatTime(run.start_time)],
    [trans.__('Ended'), run.end_time === null ? '' : formatTime(run.end_time)],
    [
      trans.__('Duration'),
      formatDuration(elapsed(run.start_time, run.end_time))
    ],
    [trans.__('Experiment'), run.experiment],
    [trans.__('User'), run.user],
    [trans.__('Source'), run.source],
    [trans.__('Run id'), run.run_id]
  ];
  return all.filter(([, value]) => value !== '');
}

interface IValuesProps {
  page: RunDetails;
  trans: TranslationBundle;
}

function Values({ page, trans }: IValuesProps): JSX.Element {
  const { run } = page.row;
  const tables: [string, Record<string, string | number>, boolean][] = [
    [trans.__('Metrics'), run.metrics, false],
    [trans.__('Params'), run.params, false],
    [trans.__('Tags'), run.tags, true]
  ];
  const artifacts = trans.__('Artifacts');
  return (
    <>
      {page.exception && (
        <Block title={trans.__('Exception')}>
          <Listing label={trans.__('Exception')}>
            {stripAnsi(page.exception)}
          </Listing>
        </Block>
      )}
      {tables
        .filter(([, values]) => Object.keys(values).length > 0)
        .map(([title, values, folded]) => (
          <Block key={title} title={title} folded={folded}>
            <ValueTable label={title} values={values} trans={trans} />
          </Block>
        ))}
      {page.artifacts.length > 0 && (
        <Block title={artifacts}>
          <ArtifactTable
            label={artifacts}
            artifacts={page.artifacts}
            trans={trans}
          />
        </Block>
      )}
      {page.code && (
        <Block title={trans.__('Code')}>
          <Listing label={trans.__('Code')}>{page.code}</Listing>
        </Block>
      )}
    </>
  );
}

function Children({ page, settings, trans, onOpen }: PageProps): JSX.Element {
  const title = trans.__('Child runs');
  return (
    <Block title={title}>
      <Tree
        label={title}
        nodes={page.children.map(({ run }) => ({
          id: run.run_id,
          content: <RunLines run={run} settings={settings} trans={trans} />,
          onOpen: () => onOpen(run.run_id)
        }))}
      />
    </Block>
  );
}
