import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IChange, IMlopsLive, Noun } from '../tokens';
import type { ErrorPage } from '../wire';
import { errorPage } from './request';

const INTERVAL_MS = 10_000;
const MAX_INTERVAL_MS = 300_000;

export interface IPolledPageOptions<T> {
  what: Noun;
  live: IMlopsLive;
  fetch(): Promise<T>;
}

/**
 * A page of the server's, kept fresh while anybody looks at it.
 *
 * It is asked for when it becomes active, when the server says that it changed, and every ten
 * seconds in case the server could not say so (more rarely after failures). One request is under
 * way at a time, and the last answer is never older than the last call of `refresh`.
 */
export class PolledPage<T> implements IDisposable {
  constructor(options: IPolledPageOptions<T>) {
    this._fetch = options.fetch;
    this._what = options.what;
    this._live = options.live;
    this._live.changed.connect(this._onChanged, this);
    this._poll = new Poll({
      auto: false,
      name: `jupyter-mlops:${options.what}`,
      factory: () => this._load(),
      frequency: { interval: INTERVAL_MS, backoff: true, max: MAX_INTERVAL_MS },
      standby: () =>
        this._forced ? 'never' : this._active ? 'when-hidden' : true
    });
  }

  /** The newest page, or null until there is one. */
  get page(): T | null {
    return this._page;
  }

  /** Why the newest request failed, or null if it did not. */
  get error(): ErrorPage | null {
    return this._error;
  }

  /** Emitted after each request, whatever came of it. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether anybody sees the page. */
  get active(): boolean {
    return this._active;
  }
  set active(active: boolean) {
    if (active !== this._active) {
      this._active = active;
      if (active) {
        void this.refresh();
      }
    }
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  /** Ask the server now; resolves when the answer, good or bad, is there. */
  refresh(): Promise<void> {
    this._forced = true;
    return this._schedule();
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._poll.dispose();
    Signal.clearData(this);
  }

  /** Tell that something else than the page changed. */
  protected announce(): void {
    this._changed.emit();
  }

  /** Whether the page may be another one after this change. */
  protected concerns(change: IChange): boolean {
    return change.what === this._what;
  }

  private _onChanged(_: IMlopsLive, change: IChange): void {
    if (this.concerns(change)) {
      this._moved ||= change.moved;
      void this._schedule();
    }
  }

  private _schedule(): Promise<void> {
    this._next ??= this._scheduleAfter(this._underWay);
    return this._next;
  }

  private async _scheduleAfter(underWay: Promise<void> | null): Promise<void> {
    await underWay;
    this._next = null;
    if (this.isDisposed) {
      return;
    }
    await this._poll.schedule({ interval: Poll.IMMEDIATE, phase: 'refreshed' });
    // Rejects when the poll is disposed of while it waits.
    await this._poll.tick.catch(() => undefined);
  }

  private _load(): Promise<void> {
    this._forced = false;
    const attempt = this._attempt();
    this._underWay = attempt
      .catch(() => undefined)
      .then(() => {
        this._underWay = null;
      });
    return attempt;
  }

  /** Rejects as the request does, so that the poll backs off. */
  private async _attempt(): Promise<void> {
    const moved = this._moved;
    try {
      this._page = await this._fetch();
      this._error = null;
      this._moved = this._moved && !moved;
    } catch (error) {
      this._error = errorPage(error);
      if (moved) {
        // What is there belongs to another project.
        this._page = null;
      }
      throw error;
    } finally {
      if (!this.isDisposed) {
        this._changed.emit();
      }
    }
  }

  private _active = false;
  private _changed = new Signal<this, void>(this);
  private _error: ErrorPage | null = null;
  private _fetch: () => Promise<T>;
  private _forced = false;
  private _live: IMlopsLive;
  private _moved = false;
  private _next: Promise<void> | null = null;
  private _page: T | null = null;
  private _poll: Poll;
  private _underWay: Promise<void> | null = null;
  private _what: Noun;
}
