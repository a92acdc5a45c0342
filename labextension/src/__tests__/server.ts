import { ServerConnection } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import type { IChange } from '../tokens';

export interface IAsked {
  /** What follows the root of our addresses. */
  path: string;
  query: Record<string, string>;
}

/** A server at the other end of `fetch`: what it was asked, and what it answers. */
export class Server {
  /**
   * @param answer - Gives the JSON or the whole response to what is asked; what it throws is a
   *   failure of the network.
   */
  constructor(public answer: (asked: IAsked) => unknown) {}

  readonly asked: IAsked[] = [];

  /** How many requests the page gave up. */
  aborted = 0;

  readonly settings = ServerConnection.makeSettings({
    baseUrl: 'http://server/user/ada/',
    fetch: (request: RequestInfo | URL) => this._fetch(request as Request)
  });

  private async _fetch({ url, signal }: Request): Promise<Response> {
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => {
        this.aborted += 1;
        reject(new DOMException('aborted', 'AbortError'));
      })
    );
    const { pathname, searchParams } = new URL(url);
    const query = Object.fromEntries(
      [...searchParams].filter(([name]) => !/^\d+$/.test(name))
    );
    const asked = {
      path: pathname.replace('/user/ada/jupyter-mlops/api/v1/', ''),
      query
    };
    this.asked.push(asked);
    const answer = await Promise.race([this.answer(asked), aborted]);
    return answer instanceof Response ? answer : Response.json(answer);
  }
}

/** Says that something changed, as the server does. */
export class Announcements {
  readonly changed = new Signal<this, IChange>(this);
}

/** Wait until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  await vi.waitFor(() => {
    if (!holds()) {
      throw new Error('not yet');
    }
  });
}
