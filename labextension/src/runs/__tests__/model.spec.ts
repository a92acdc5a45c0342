import { nullTranslator } from '@jupyterlab/translation';

import { makePage } from '../../__tests__/nouns';
import { Announcements, Server, until } from '../../__tests__/server';
import { Client } from '../../api/client';
import { DEFAULT_SETTINGS, RunsModel } from '../model';

/** A store of so many runs, newest first, given out page by page. */
function setUp(count: number) {
  const server = new Server(({ query }) => {
    const first = Number(query['page_token'] ?? 0);
    const last = first + Number(query['limit']);
    const ids = Array.from({ length: count }, (_, i) => `r${i}`);
    return makePage(ids.slice(first, last), last < count ? String(last) : '');
  });
  const client = new Client({
    settings: server.settings,
    trans: nullTranslator.load('test'),
    folder: () => ''
  });
  const live = new Announcements();
  const model = new RunsModel({ client, live });
  const shown = () => model.page?.rows.length ?? 0;
  return { model, server, live, shown };
}

describe('RunsModel', () => {
  it('shows the first page, and knows that there is more', async () => {
    const { model, shown } = setUp(60);

    await model.refresh();

    expect(shown()).toBe(DEFAULT_SETTINGS.rowCount);
    expect(model.hasMore).toBe(true);
    model.dispose();
  });

  it('shows more, and goes on to show as much', async () => {
    const { model, live, shown } = setUp(60);
    model.active = true;
    await until(() => shown() === 25);

    await model.showMore();
    expect(shown()).toBe(50);
    await model.showMore();
    expect(shown()).toBe(60);
    expect(model.hasMore).toBe(false);

    let refreshed = 0;
    model.changed.connect(() => {
      refreshed += 1;
    });
    live.changed.emit({ what: 'runs', moved: false });
    await until(() => refreshed === 1);
    expect(shown()).toBe(60);
    model.dispose();
  });

  it('takes many clicks for one while their page is under way', async () => {
    const { model, shown } = setUp(200);
    await model.refresh();

    const clicks = [1, 2, 3, 4, 5].map(() => model.showMore());
    expect(model.growing).toBe(true);
    await Promise.all(clicks);

    expect(shown()).toBe(50);
    expect(model.growing).toBe(false);
    model.dispose();
  });

  it('does not count a page that it did not get', async () => {
    const { model, server, shown } = setUp(200);
    await model.refresh();
    const { answer } = server;
    server.answer = () => {
      throw new TypeError('Failed to fetch');
    };
    await model.showMore();

    server.answer = answer;
    await model.refresh();

    expect(shown()).toBe(25);
    model.dispose();
  });

  it('begins with one page in another project', async () => {
    const { model, live, shown } = setUp(200);
    model.active = true;
    await until(() => shown() === 25);
    await model.showMore();

    live.changed.emit({ what: 'runs', moved: true });
    expect(shown()).toBe(0);
    await until(() => shown() > 0);

    expect(shown()).toBe(25);
    model.dispose();
  });

  it('asks no more than its share of times of a server that repeats itself', async () => {
    const { model, server, shown } = setUp(60);
    server.answer = () => makePage(['r1', 'r2'], 'again');
    model.settings = { ...DEFAULT_SETTINGS, rowCount: 100 };
    for (let i = 0; i < 6; i++) {
      await model.showMore();
    }
    server.asked.length = 0;

    await model.refresh();

    expect(server.asked).toHaveLength(2);
    expect(shown()).toBe(2);
    model.dispose();
  });

  it('takes as many runs as the settings say', async () => {
    const { model, shown } = setUp(60);
    model.active = true;
    await until(() => shown() === 25);

    model.settings = { ...DEFAULT_SETTINGS, rowCount: 10 };

    await until(() => shown() === 10);
    model.dispose();
  });

  it('knows the selected run as long as it is shown', async () => {
    const { model, server } = setUp(3);
    await model.refresh();
    expect(model.current).toBeNull();

    model.select('r1');
    expect(model.current?.run.name).toBe('r1');

    server.answer = () => makePage(['r2']);
    await model.refresh();
    expect(model.current).toBeNull();
    model.dispose();
  });

  it('tells why it has no runs', async () => {
    const { model, server } = setUp(3);
    server.answer = () =>
      Response.json(
        { kind: 'Unavailable', message: 'no store', hint: 'start it' },
        { status: 503 }
      );

    await model.refresh();

    expect(model.page).toBeNull();
    expect(model.error?.hint).toBe('start it');
    model.dispose();
  });
});
