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
  /** Ask for the page; the signal is aborted when nobody waits for the answer any more. */
  fetch(signal: AbortSignal): Promise<T>;
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

  /** Emitted after each request, whatever came of it, and when the page is dropped. */
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
    this._request?.abort();
    Signal.clearData(this);
  }

  /** Tell that something else than the page changed. */
  protected announce(): void {
    this._changed.emit();
  }

  /** Whether the page may be another one after this change. */
  protected concerns(change: IChange): boolean {
    return change.what === this._what && change.elsewhere === undefined;
  }

  /** Forget all that belongs to the project that the user has left. */
  protected drop(): void {
    this._request?.abort();
    this._page = null;
    this._error = null;
    this.announce();
  }

  private _onChanged(_: IMlopsLive, change: IChange): void {
    if (this.concerns(change)) {
      if (change.moved) {
        this.drop();
      }
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
    this._request = new AbortController();
    const { signal } = this._request;
    try {
      const page = await Promise.race([this._fetch(signal), aborted(signal)]);
      this._take(signal, { page, error: null });
    } catch (error) {
      this._take(signal, { page: this._page, error: errorPage(error) });
      if (!signal.aborted) {
        throw error;
      }
    }
  }

  /** Take what came of a request, unless it is not wanted any more. */
  private _take(
    signal: AbortSignal,
    { page, error }: { page: T | null; error: ErrorPage | null }
  ): void {
    if (!signal.aborted) {
      this._page = page;
      this._error = error;
      this.announce();
    }
  }

  private _active = false;
  private _changed = new Signal<this, void>(this);
  private _error: ErrorPage | null = null;
  private _fetch: (signal: AbortSignal) => Promise<T>;
  private _forced = false;
  private _live: IMlopsLive;
  private _next: Promise<void> | null = null;
  private _page: T | null = null;
  private _poll: Poll;
  private _request: AbortController | null = null;
  private _underWay: Promise<void> | null = null;
  private _what: Noun;
}

/** Rejects when the signal is aborted, whether or not the request heeds it. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('aborted')), {
      once: true
    })
  );
}
