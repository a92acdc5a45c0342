import type { Event } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Throttler } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IChange, IMlopsLive, Noun } from '../tokens';

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
  /** Emitted when the user looks at another folder. */
  moved: ISignal<unknown, void>;
}

/** Turns the server's events, and the user's moves between folders, into one signal. */
export class Live implements IMlopsLive, IDisposable {
  constructor({ stream, moved }: ILiveOptions) {
    stream.connect(this._onEvent, this);
    moved.connect(this._onMoved, this);
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
        this._announce(what);
      }
    }
  }

  private _onMoved(): void {
    NOUNS.forEach(what => this._changed.emit({ what, moved: true }));
  }

  private _announce(what: Noun): void {
    // Rejected when it is disposed of while it waits: nobody is left to be told.
    this._bursts[what].invoke().catch(() => undefined);
  }

  private _burst(what: Noun): Throttler {
    return new Throttler(() => this._changed.emit({ what, moved: false }), {
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
  private _isDisposed = false;
}
