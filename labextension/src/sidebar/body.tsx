import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ProjectPage } from '../wire';

export interface IProjectHeadingProps {
  /** Null where the server has not said yet. */
  project: ProjectPage | null;
  trans: TranslationBundle;
}

/** Says whose runs, pipelines and models the sidebar shows. */
export function ProjectHeading(props: IProjectHeadingProps): JSX.Element {
  const { project, trans } = props;
  if (!project) {
    return <h2 className="jp-mlops-Project">{trans.__('MLOps')}</h2>;
  }
  return (
    <h2
      className="jp-mlops-Project"
      title={trans.__(
        'Project: %1\nFolder: /%2\nRuns are kept in: %3',
        project.name,
        project.contents_path,
        project.store
      )}
    >
      {project.name}
    </h2>
  );
}
