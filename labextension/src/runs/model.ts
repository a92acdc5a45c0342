import { PolledPage } from '../api/polledPage';
import type { IMlopsClient, IMlopsLive, InFolder } from '../tokens';
import type { RunRow, RunsPage } from '../wire';

/** The server gives no more runs than this at once. */
const MAX_PAGE = 500;

/** What of a run's values a row shows. */
export interface IRunsSettings {
  /** How many runs a page has. */
  rowCount: number;
  /** How many metrics and how many params a row shows. */
  valueCount: number;
  /** These come first. */
  keyMetrics: readonly string[];
  keyParams: readonly string[];
}

export const DEFAULT_SETTINGS: IRunsSettings = {
  rowCount: 25,
  valueCount: 3,
  keyMetrics: [],
  keyParams: []
};

export interface IRunsModelOptions {
  client: IMlopsClient;
  live: IMlopsLive;
}

/** The newest runs, one page or several, and which of them is the current one. */
export class RunsModel extends PolledPage<InFolder<RunsPage>> {
  constructor({ client, live }: IRunsModelOptions) {
    super({
      what: 'runs',
      live,
      fetch: signal => this._fetchShown(client, signal)
    });
  }

  get settings(): IRunsSettings {
    return this._settings;
  }
  set settings(settings: IRunsSettings) {
    const resized = settings.rowCount !== this._settings.rowCount;
    this._settings = settings;
    this.announce();
    if (resized && this.active) {
      void this.refresh();
    }
  }

  /** The run that commands act on when they are not told which. */
  get current(): RunRow | null {
    return (
      this.page?.rows.find(({ run }) => run.run_id === this._current) ?? null
    );
  }

  select(runId: string): void {
    this._current = runId;
  }

  /** Whether there are more runs than are shown. */
  get hasMore(): boolean {
    return Boolean(this.page?.next_page_token);
  }

  /** Whether one page more is under way. */
  get growing(): boolean {
    return this._growing !== null;
  }

  /**
   * Show one page more; from then on a refresh asks for that page too.
   *
   * One page is under way at a time: what is asked for meanwhile is that page.
   */
  showMore(): Promise<void> {
    if (!this._growing) {
      this._growing = this._grow();
      this.announce();
    }
    return this._growing;
  }

  protected override drop(): void {
    this._pages = 1;
    super.drop();
  }

  private async _grow(): Promise<void> {
    this._pages += 1;
    await this.refresh();
    if (this.error) {
      this._pages = Math.max(1, this._pages - 1);
    }
    this._growing = null;
    if (!this.isDisposed) {
      this.announce();
    }
  }

  private async _fetchShown(
    client: IMlopsClient,
    signal: AbortSignal
  ): Promise<InFolder<RunsPage>> {
    const { folder } = client;
    const rows = new Map<string, RunRow>();
    let wanted = this._pages * this._settings.rowCount;
    let pageToken = '';
    // So many requests and no more, even if the server's pages come short or come again.
    do {
      const limit = Math.min(wanted, MAX_PAGE);
      const page = await client.runs({ limit, pageToken, folder, signal });
      // A run that began between two requests shifts the others to the next page.
      page.rows.forEach(row => rows.set(row.run.run_id, row));
      pageToken = page.next_page_token;
      wanted -= limit;
    } while (pageToken && wanted > 0);
    return { rows: [...rows.values()], next_page_token: pageToken, folder };
  }

  private _current: string | null = null;
  private _growing: Promise<void> | null = null;
  private _pages = 1;
  private _settings = DEFAULT_SETTINGS;
}
