import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ErrorPage, ProjectPage } from '../wire';

export interface IProjectHeadingProps {
  /** Null where the server has not said yet. */
  project: ProjectPage | null;
  /** Why the server cannot say: read out here, once; to be seen in each section. */
  error: ErrorPage | null;
  trans: TranslationBundle;
}

/** Says whose runs, pipelines and models the sidebar shows. */
export function ProjectHeading(props: IProjectHeadingProps): JSX.Element {
  const { error } = props;
  return (
    <>
      <Name {...props} />
      {error && (
        <p className="jp-mlops-Spoken" role="alert">
          {error.message} {error.hint}
        </p>
      )}
    </>
  );
}

function Name({ project, trans }: IProjectHeadingProps): JSX.Element {
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
