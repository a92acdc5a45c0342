import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Badge } from '../ui/badge';
import { Empty, Failure, Loading } from '../ui/message';
import { Lines, Word } from '../ui/row';
import { formatAgo, formatTime } from '../ui/time';
import { Tree } from '../ui/tree';
import type { ITreeNode } from '../ui/treeRows';
import type {
  ErrorPage,
  ModelsPage,
  ModelVersion,
  RegisteredModel
} from '../wire';

export interface IRegistryBodyProps {
  page: ModelsPage | null;
  error: ErrorPage | null;
  trans: TranslationBundle;
  onOpenRun(runId: string): void;
}

/** The Models section. */
export function RegistryBody(props: IRegistryBodyProps): JSX.Element {
  const { page, error, trans } = props;
  return (
    <>
      {error && <Failure error={error} role="status" trans={trans} />}
      {!page && !error && <Loading trans={trans} />}
      {page && page.models.length === 0 && (
        <Empty>
          {trans.__(
            'No models yet. Give a pipeline a step that registers a model, and run it.'
          )}
        </Empty>
      )}
      {page && page.models.length > 0 && (
        <Tree
          label={trans.__('Models')}
          nodes={page.models.map(model => modelNode(model, props))}
        />
      )}
    </>
  );
}

function modelNode(
  model: RegisteredModel,
  props: IRegistryBodyProps
): ITreeNode {
  const { name, description, versions } = model;
  const { trans } = props;
  const count = trans._n('%1 version', '%1 versions', versions.length);
  return {
    id: name,
    content: (
      <Lines
        name={name}
        aside={count}
        detail={description && <Word title={description}>{description}</Word>}
        trans={trans}
      />
    ),
    children: versions.map(version =>
      versionNode(version, aliasesOf(version, model), props)
    )
  };
}

/** A version's aliases; the model knows who holds each, whatever a version was told once. */
function aliasesOf(version: ModelVersion, model: RegisteredModel): string[] {
  const held = Object.keys(model.aliases).filter(
    alias => model.aliases[alias] === version.version
  );
  return [...new Set([...held, ...version.aliases])].sort();
}

function versionNode(
  version: ModelVersion,
  aliases: string[],
  { trans, onOpenRun }: IRegistryBodyProps
): ITreeNode {
  const { run_id: runId, creation_time: time } = version;
  const name = trans.__('Version %1', version.version);
  return {
    id: `${version.name}#${version.version}`,
    content: (
      <Lines
        name={name}
        marks={aliases.map(alias => (
          <Badge key={alias}>{alias}</Badge>
        ))}
        aside={formatAgo(time)}
        asideTitle={formatTime(time)}
        trans={trans}
      />
    ),
    onOpen: runId ? () => onOpenRun(runId) : undefined
  };
}
