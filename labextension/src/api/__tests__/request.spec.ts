import { nullTranslator } from '@jupyterlab/translation';

import { Server } from '../../__tests__/server';
import type { RequestError } from '../request';
import { errorPage, request } from '../request';

const trans = nullTranslator.load('test');

async function failure(answer: () => unknown): Promise<RequestError> {
  const server = new Server(answer);
  return await request({
    path: 'runs',
    keys: ['rows'],
    settings: server.settings,
    trans
  }).then(
    () => {
      throw new Error('the request went well');
    },
    (error: RequestError) => error
  );
}

describe('request', () => {
  it('asks our part of the server, below its base URL', async () => {
    const server = new Server(() => ({ rows: [] }));

    const page = await request({
      path: 'runs',
      keys: ['rows'],
      query: { limit: 5, path: 'a b/ü', page_token: '', other: undefined },
      settings: server.settings,
      trans
    });

    expect(page).toEqual({ rows: [] });
    expect(server.asked).toEqual([
      { path: 'runs', query: { limit: '5', path: 'a b/ü' } }
    ]);
  });

  it('rejects with what the server says went wrong', async () => {
    const page = { kind: 'NotFound', message: 'no such run', hint: 'look' };

    const error = await failure(() => Response.json(page, { status: 404 }));

    expect(error.page).toEqual(page);
    expect(error.status).toBe(404);
    expect(error.message).toBe('no such run');
  });

  it('says that the extension is missing where our addresses are not known', async () => {
    const error = await failure(
      () => new Response('<html>Not Found</html>', { status: 404 })
    );

    expect(error.page.kind).toBe('Unavailable');
    expect(error.page.hint).toContain('jupyter server extension list');
  });

  it.each([{}, [], null, 7, { runs: [] }])(
    'says that the page is out of date where the answer is not the one it knows: %j',
    async answer => {
      const error = await failure(() => Response.json(answer));

      expect(error.page.message).toContain('another version');
      expect(error.page.hint).toBe('Reload the page.');
    }
  );

  it('rejects an answer that is no JSON', async () => {
    const error = await failure(() => new Response('<html>Log in</html>'));

    expect(error.page.kind).toBe('Internal');
    expect(error.page.message).toContain('200');
  });

  it('says so when the server cannot be reached', async () => {
    const error = await failure(() => {
      throw new TypeError('Failed to fetch');
    });

    expect(error.page.kind).toBe('Unavailable');
    expect(error.status).toBeNull();
  });
});

describe('a request without an answer', () => {
  it('is given up after a while, and says so', async () => {
    vi.useFakeTimers();
    try {
      const server = new Server(() => new Promise(() => undefined));
      const waiting = request({
        path: 'runs',
        keys: ['rows'],
        settings: server.settings,
        trans
      }).catch((error: unknown) => errorPage(error));

      await vi.advanceTimersByTimeAsync(76_000);

      expect(await waiting).toMatchObject({
        kind: 'Unavailable',
        message: 'The Jupyter server did not answer within 75 seconds.'
      });
      expect(server.aborted).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is given up when nobody waits any more', async () => {
    const server = new Server(() => new Promise(() => undefined));
    const controller = new AbortController();
    const waiting = request({
      path: 'runs',
      keys: ['rows'],
      settings: server.settings,
      signal: controller.signal,
      trans
    }).catch((error: unknown) => error);

    controller.abort();

    expect(await waiting).toBeInstanceOf(Error);
    expect(server.aborted).toBe(1);
  });
});

describe('errorPage', () => {
  it('makes a page of whatever was thrown', () => {
    expect(errorPage(new TypeError('x is undefined'))).toEqual({
      kind: 'Internal',
      message: 'x is undefined',
      hint: ''
    });
    expect(errorPage('why').message).toBe('why');
  });
});
