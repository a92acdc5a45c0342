import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IAsk, IAskRuns, IMlopsClient } from '../tokens';
import type {
  ModelsPage,
  PipelinesPage,
  ProjectPage,
  RunDetails,
  RunsPage
} from '../wire';
import { request } from './request';

export interface IClientOptions {
  settings: ServerConnection.ISettings;
  trans: TranslationBundle;
  /** The folder that the user looks at: it decides which project is meant. */
  folder(): string;
  /** Called with each answer on which project a folder belongs to. */
  onProject?(folder: string, project: ProjectPage): void;
}

/** One method for each endpoint. */
export class Client implements IMlopsClient {
  constructor(private _options: IClientOptions) {}

  get folder(): string {
    return this._options.folder();
  }

  async project(ask: IAsk = {}): Promise<ProjectPage> {
    const { folder = this.folder } = ask;
    const project = await this._get<ProjectPage>(
      'project',
      ['name', 'contents_path'],
      { ...ask, folder }
    );
    this._options.onProject?.(folder, project);
    return project;
  }

  runs({ limit, pageToken, ...ask }: IAskRuns): Promise<RunsPage> {
    return this._get<RunsPage>('runs', ['rows', 'next_page_token'], ask, {
      limit,
      page_token: pageToken
    });
  }

  run(run: string, ask: IAsk = {}): Promise<RunDetails> {
    return this._get<RunDetails>(
      `runs/${encodeURIComponent(run)}`,
      ['row', 'artifacts', 'children'],
      ask
    );
  }

  pipelines(ask: IAsk = {}): Promise<PipelinesPage> {
    return this._get<PipelinesPage>('pipelines', ['pipelines'], ask);
  }

  models(ask: IAsk = {}): Promise<ModelsPage> {
    return this._get<ModelsPage>('models', ['models'], ask);
  }

  private _get<T extends object>(
    path: string,
    keys: readonly (keyof T & string)[],
    { folder = this.folder, signal }: IAsk,
    query: Record<string, string | number | undefined> = {}
  ): Promise<T> {
    const { settings, trans } = this._options;
    return request<T>({
      path,
      keys,
      query: { ...query, path: folder },
      settings,
      signal,
      trans
    });
  }
}
