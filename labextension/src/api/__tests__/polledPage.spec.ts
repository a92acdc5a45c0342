import { Announcements, until } from '../../__tests__/server';
import { PolledPage } from '../polledPage';
import { RequestError } from '../request';

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

function setUp(fetch: () => Promise<string>) {
  const live = new Announcements();
  let asked = 0;
  const page = new PolledPage({
    what: 'runs',
    live,
    fetch: () => {
      asked += 1;
      return fetch();
    }
  });
  let changes = 0;
  page.changed.connect(() => {
    changes += 1;
  });
  return { live, page, asked: () => asked, changes: () => changes };
}

const down = () =>
  Promise.reject(
    new RequestError({ kind: 'Unavailable', message: 'down', hint: 'wait' })
  );

describe('PolledPage', () => {
  it('asks nothing until anybody looks', async () => {
    const { page, live, asked } = setUp(async () => 'page');

    live.changed.emit({ what: 'runs', moved: false });
    await pause(20);
    expect(asked()).toBe(0);

    page.active = true;
    await until(() => page.page === 'page');
    expect(asked()).toBe(1);
    page.dispose();
  });

  it('refreshes when asked to, seen or not', async () => {
    const { page, changes } = setUp(async () => 'page');

    await page.refresh();

    expect(page.page).toBe('page');
    expect(changes()).toBe(1);
    page.dispose();
  });

  it('follows what the server says of its own noun only', async () => {
    const { page, live, asked } = setUp(async () => 'page');
    page.active = true;
    await until(() => asked() === 1);

    live.changed.emit({ what: 'models', moved: false });
    await pause(20);
    expect(asked()).toBe(1);

    live.changed.emit({ what: 'runs', moved: false });
    await until(() => asked() === 2);
    page.dispose();
  });

  it('has one request under way, and asks again for what came meanwhile', async () => {
    let finish: (page: string) => void = () => undefined;
    const { page, asked } = setUp(
      () => new Promise(resolve => (finish = resolve))
    );

    const first = page.refresh();
    await until(() => asked() === 1);
    const others = [page.refresh(), page.refresh(), page.refresh()];
    await pause(20);
    expect(asked()).toBe(1);

    finish('old');
    await first;
    await until(() => asked() === 2);
    finish('new');
    await Promise.all(others);
    expect(page.page).toBe('new');
    expect(asked()).toBe(2);
    page.dispose();
  });

  it('keeps what it shows beside the error, and recovers', async () => {
    let fail = false;
    const { page } = setUp(() => (fail ? down() : Promise.resolve('page')));
    await page.refresh();

    fail = true;
    await page.refresh();
    expect(page.page).toBe('page');
    expect(page.error).toEqual({
      kind: 'Unavailable',
      message: 'down',
      hint: 'wait'
    });

    fail = false;
    await page.refresh();
    expect(page.error).toBeNull();
    page.dispose();
  });

  it('drops the page of another project at once, and the request for it', async () => {
    const answers: ((page: string) => void)[] = [];
    const { page, live } = setUp(
      () => new Promise(resolve => answers.push(resolve))
    );
    page.active = true;
    await until(() => answers.length === 1);
    answers[0]('one');
    await until(() => page.page === 'one');
    const refreshed = page.refresh();
    await until(() => answers.length === 2);

    live.changed.emit({ what: 'runs', moved: true });
    expect(page.page).toBeNull();
    await until(() => answers.length === 3);
    answers[2]('two');
    answers[1]('one');
    await refreshed;
    await until(() => page.page !== null);

    expect(page.page).toBe('two');
    page.dispose();
  });

  it('does not ask again because another project changed', async () => {
    const { page, live, asked } = setUp(async () => 'page');
    page.active = true;
    await until(() => page.page !== null);

    live.changed.emit({ what: 'runs', moved: false, elsewhere: 'two' });
    await pause(30);

    expect(asked()).toBe(1);
    page.dispose();
  });

  it('does not show one project beside the error of another', async () => {
    let fail = false;
    const { page, live } = setUp(() =>
      fail ? down() : Promise.resolve('page')
    );
    page.active = true;
    await until(() => page.page !== null);

    fail = true;
    live.changed.emit({ what: 'runs', moved: true });
    await until(() => page.error !== null);

    expect(page.page).toBeNull();
    page.dispose();
  });

  it('lets go of everything when disposed of, a request under way included', async () => {
    let finish: (page: string) => void = () => undefined;
    const { page, live, asked, changes } = setUp(
      () => new Promise(resolve => (finish = resolve))
    );
    page.active = true;
    await until(() => asked() === 1);

    const waiting = page.refresh();
    page.dispose();
    finish('late');
    live.changed.emit({ what: 'runs', moved: false });
    await waiting;
    await pause(20);

    expect(page.isDisposed).toBe(true);
    expect(changes()).toBe(0);
    expect(asked()).toBe(1);
  });

  it('asks again by itself, more rarely after failures, and rests unseen', async () => {
    vi.useFakeTimers();
    try {
      let fail = false;
      const { page, asked } = setUp(() =>
        fail ? down() : Promise.resolve('page')
      );
      page.active = true;
      await vi.advanceTimersByTimeAsync(31_000);
      expect(asked()).toBe(4);

      page.active = false;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(asked()).toBe(4);

      fail = true;
      page.active = true;
      await vi.advanceTimersByTimeAsync(300_000);
      expect(asked()).toBeGreaterThan(5);
      expect(asked()).toBeLessThan(20);
      page.dispose();
    } finally {
      vi.useRealTimers();
    }
  });
});
