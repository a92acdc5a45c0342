import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { PartialJSONObject } from '@lumino/coreutils';

import type { ErrorPage } from '../wire';

const ROOT = 'jupyter-mlops/api/v1';

/** Longer than the server gives a store to answer. */
const TIMEOUT_S = 75;

/** The server could not do what was asked, or could not be asked. */
export class RequestError extends Error {
  constructor(
    readonly page: ErrorPage,
    readonly status: number | null = null
  ) {
    super(page.message);
    this.name = 'RequestError';
  }
}

/** Tell what went wrong in a way that can be shown, whatever was thrown. */
export function errorPage(error: unknown): ErrorPage {
  if (error instanceof RequestError) {
    return error.page;
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'Internal', message, hint: '' };
}

export interface IRequestOptions {
  path: string;
  /** What the answer must have: without it the server is of another version than this page. */
  keys: readonly string[];
  /** Left out where undefined or empty. */
  query?: Record<string, string | number | undefined>;
  settings: ServerConnection.ISettings;
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal;
  trans: TranslationBundle;
}

/**
 * Ask our part of the server for JSON.
 *
 * Rejects with a RequestError, and with nothing else.
 */
export async function request<T>(options: IRequestOptions): Promise<T> {
  const { path, keys, query = {}, settings, trans } = options;
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== ''
  ) as [string, string | number][];
  const url =
    URLExt.join(settings.baseUrl, ROOT, path) +
    URLExt.objectToQueryString(Object.fromEntries(given) as PartialJSONObject);
  const { response, body } = await send(url, options);
  if (!response.ok || body === undefined) {
    throw new RequestError(
      isErrorPage(body) ? body : unknownAnswer(response, trans),
      response.status
    );
  }
  if (!keys.every(key => isRecord(body) && key in body)) {
    throw new RequestError(otherVersion(trans), response.status);
  }
  return body as T;
}

interface IAnswer {
  response: Response;
  /** Undefined where it is no JSON. */
  body: unknown;
}

async function send(
  url: string,
  { settings, signal, trans }: IRequestOptions
): Promise<IAnswer> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, TIMEOUT_S * 1000);
  signal?.addEventListener('abort', abort);
  try {
    const init = { method: 'GET', signal: controller.signal };
    const response = await ServerConnection.makeRequest(url, init, settings);
    return { response, body: await parse(response) };
  } catch {
    const late = controller.signal.aborted && !signal?.aborted;
    throw new RequestError(late ? lateAnswer(trans) : noAnswer(trans));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function isRecord(body: unknown): body is object {
  return typeof body === 'object' && body !== null;
}

function otherVersion(trans: TranslationBundle): ErrorPage {
  return {
    kind: 'Internal',
    message: trans.__(
      'The server has another version of jupyter-mlops than this page.'
    ),
    hint: trans.__('Reload the page.')
  };
}

function lateAnswer(trans: TranslationBundle): ErrorPage {
  return {
    kind: 'Unavailable',
    message: trans.__(
      'The Jupyter server did not answer within %1 seconds.',
      TIMEOUT_S
    ),
    hint: trans.__(
      'The store of the runs may be out of reach; the log of the server says more.'
    )
  };
}

function noAnswer(trans: TranslationBundle): ErrorPage {
  return {
    kind: 'Unavailable',
    message: trans.__('The Jupyter server does not answer.'),
    hint: trans.__('Check that it still runs and that you are online.')
  };
}

async function parse(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof Error && error.name === 'SyntaxError') {
      return undefined;
    }
    // It broke off, or was given up.
    throw error;
  }
}

function isErrorPage(body: unknown): body is ErrorPage {
  const page = body as Partial<ErrorPage> | null | undefined;
  return typeof page?.kind === 'string' && typeof page.message === 'string';
}

function unknownAnswer(
  response: Response,
  trans: TranslationBundle
): ErrorPage {
  const { status, statusText } = response;
  if (status === 404) {
    return {
      kind: 'Unavailable',
      message: trans.__('This Jupyter server has no jupyter-mlops.'),
      hint: trans.__(
        'Install jupyter-mlops where the server runs, then start the server again; `jupyter server extension list` must show it.'
      )
    };
  }
  return {
    kind: 'Internal',
    message: trans.__('The server answered %1 %2.', status, statusText),
    hint: trans.__('Its log says more.')
  };
}
