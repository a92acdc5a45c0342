import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IMlopsClient } from '../tokens';
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
}

/** One method for each endpoint. */
export class Client implements IMlopsClient {
  constructor(private _options: IClientOptions) {}

  project(): Promise<ProjectPage> {
    return this._get('project');
  }

  runs(options: { limit: number; pageToken?: string }): Promise<RunsPage> {
    return this._get('runs', {
      limit: options.limit,
      page_token: options.pageToken
    });
  }

  run(run: string): Promise<RunDetails> {
    return this._get(`runs/${encodeURIComponent(run)}`);
  }

  pipelines(): Promise<PipelinesPage> {
    return this._get('pipelines');
  }

  models(): Promise<ModelsPage> {
    return this._get('models');
  }

  private _get<T>(
    path: string,
    query: Record<string, string | number | undefined> = {}
  ): Promise<T> {
    const { settings, trans, folder } = this._options;
    return request<T>({
      path,
      query: { ...query, path: folder() },
      settings,
      trans
    });
  }
}
