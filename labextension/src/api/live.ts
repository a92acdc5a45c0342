import type { Event } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Throttler } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IChange, ILocation, IMlopsLive, Noun } from '../tokens';

/** The events that the server emits: jupyter_mlops/server tells them on Jupyter's event bus. */
export const CHANGED_SCHEMA =
  'https://schema.jupyter.org/jupyter_mlops/changed/v1';

/**
 * Events come in bursts, one for each record of a run: tell once of all of a burst. Throttled, not
 * debounced, since a run that reports without a pause would never be heard of.
 */
const BURST_MS = 100;

const NOUNS: readonly Noun[] = ['project', 'runs', 'pipelines', 'models'];

export interface ILiveOptions {
  stream: Event.Stream;
  location: ILocation;
}

/** Turns the server's events, and the user's moves between folders, into one signal. */
export class Live implements IMlopsLive, IDisposable {
  constructor({ stream, location }: ILiveOptions) {
    this._location = location;
    stream.connect(this._onEvent, this);
    location.moved.connect(this._onMoved, this);
    location.replaced.connect(this._onReplaced, this);
  }

  get changed(): ISignal<this, IChange> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    NOUNS.forEach(what => this._bursts[what].dispose());
    Signal.clearData(this);
  }

  private _onEvent(_: unknown, event: Event.Emission): void {
    if (event.schema_id === CHANGED_SCHEMA) {
      const what = NOUNS.find(noun => noun === event['what']);
      if (what) {
        this._announce(what, event['contents_path']);
      }
    }
  }

  private _onMoved(): void {
    const moved = this._location.project === null;
    NOUNS.forEach(what => this._changed.emit({ what, moved }));
  }

  /** The page on the project said so: that one is right already. */
  private _onReplaced(): void {
    NOUNS.filter(what => what !== 'project').forEach(what =>
      this._changed.emit({ what, moved: true })
    );
  }

  private _announce(what: Noun, project: unknown): void {
    this._heard[what].add(typeof project === 'string' ? project : null);
    // Rejected when it is disposed of while it waits: nobody is left to be told.
    this._bursts[what].invoke().catch(() => undefined);
  }

  /** Tell of each project that a burst was about; of one that is not known it may be any. */
  private _tell(what: Noun): void {
    const { project: shown } = this._location;
    const projects = [...this._heard[what]];
    this._heard[what].clear();
    const isElsewhere = (project: string | null): project is string =>
      project !== null && shown !== null && project !== shown;
    if (!projects.every(isElsewhere)) {
      this._changed.emit({ what, moved: false });
    }
    projects
      .filter(isElsewhere)
      .forEach(elsewhere =>
        this._changed.emit({ what, moved: false, elsewhere })
      );
  }

  private _burst(what: Noun): Throttler {
    return new Throttler(() => this._tell(what), {
      limit: BURST_MS,
      edge: 'trailing'
    });
  }

  private _bursts: Readonly<Record<Noun, Throttler>> = {
    project: this._burst('project'),
    runs: this._burst('runs'),
    pipelines: this._burst('pipelines'),
    models: this._burst('models')
  };
  private _changed = new Signal<this, IChange>(this);
  private _heard: Readonly<Record<Noun, Set<string | null>>> = {
    project: new Set(),
    runs: new Set(),
    pipelines: new Set(),
    models: new Set()
  };
  private _isDisposed = false;
  private _location: ILocation;
}
