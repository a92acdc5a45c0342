import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type {
  ModelsPage,
  PipelinesPage,
  ProjectPage,
  RunDetails,
  RunsPage
} from './wire';

/** The plugin that owns the settings, the shortcuts and the menu entries. */
export const PLUGIN_ID = 'jupyter-mlops:plugin';

/** The translation domain. */
export const DOMAIN = 'jupyter_mlops';

/** The mime type of a run card: `RUN_CARD_MIME` of jupyter_mlops/cells/run_card.py. */
export const RUN_CARD_MIME = 'application/vnd.jupyter-mlops.run+json';

/** Every command; by these ids the features reach each other. */
export namespace CommandIDs {
  export const showRuns = 'mlops:show-runs';
  export const showPipelines = 'mlops:show-pipelines';
  export const showModels = 'mlops:show-models';
  export const refreshRuns = 'mlops:refresh-runs';
  export const refreshPipelines = 'mlops:refresh-pipelines';
  export const refreshModels = 'mlops:refresh-models';
  export const showRun = 'mlops:show-run';
  export const openSource = 'mlops:open-source';
}

export interface IAsk {
  /** A folder of the project that is meant; by default the one that the user looks at. */
  folder?: string;
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal;
}

export interface IAskRuns extends IAsk {
  limit: number;
  pageToken?: string;
}

/** Asks the server. Each method rejects with a `RequestError`. */
export interface IMlopsClient {
  /** The folder that the user looks at. */
  readonly folder: string;
  project(ask?: IAsk): Promise<ProjectPage>;
  runs(ask: IAskRuns): Promise<RunsPage>;
  /** `run` is the run's id, or the key that we gave it before a store knew it. */
  run(run: string, ask?: IAsk): Promise<RunDetails>;
  pipelines(ask?: IAsk): Promise<PipelinesPage>;
  models(ask?: IAsk): Promise<ModelsPage>;
}

/** A page, and the folder that it was asked for: what a row leads to belongs to that project. */
export type InFolder<Page> = Page & { readonly folder: string };

export const IMlopsClient = new Token<IMlopsClient>(
  'jupyter-mlops:IMlopsClient',
  'Asks the server for runs, pipelines and models of the project that the user looks at.'
);

/** The folder that the user looks at: it decides which project is meant. */
export interface ILocation {
  readonly folder: string;
  /** The folder of the project that it belongs to; null until the server has said. */
  readonly project: string | null;
  /** Emitted when the folder is another one. */
  readonly moved: ISignal<ILocation, void>;
  /** Emitted when the server says that the folder belongs to another project than was thought. */
  readonly replaced: ISignal<ILocation, void>;
  /** Take note of which project a folder belongs to, if the user still looks at it. */
  place(folder: string, project: string): void;
}

export const ILocation = new Token<ILocation>(
  'jupyter-mlops:ILocation',
  'Knows which folder the user looks at.'
);

/** What can change on the server. */
export type Noun = 'project' | 'runs' | 'pipelines' | 'models';

export interface IChange {
  what: Noun;
  /** Whether it changed because the user now looks at another project, as far as is known. */
  moved: boolean;
  /** The folder of the project in which it changed, where the user looks at another one. */
  elsewhere?: string;
}

/** Tells that something changed on the server. */
export interface IMlopsLive {
  readonly changed: ISignal<IMlopsLive, IChange>;
}

export const IMlopsLive = new Token<IMlopsLive>(
  'jupyter-mlops:IMlopsLive',
  'Tells when runs, pipelines or models changed on the server.'
);

/** A section of the sidebar. */
export interface ISection {
  /** By this the section is shown, and remembered as open or closed. */
  id: string;
  widget: Widget;
  rank: number;
  /** How much of the height it gets, in proportion to the others. */
  weight: number;
}

export interface IMlopsSidebar {
  /** Add a section; disposing of what is returned takes it out again. */
  addSection(section: ISection): IDisposable;
  /** Bring the sidebar to the front, with this section open. */
  showSection(id: string): void;
}

export const IMlopsSidebar = new Token<IMlopsSidebar>(
  'jupyter-mlops:IMlopsSidebar',
  'The MLOps sidebar, to which sections can be added.'
);
