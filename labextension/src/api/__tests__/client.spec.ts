import { nullTranslator } from '@jupyterlab/translation';

import { Server } from '../../__tests__/server';
import { Client } from '../client';

/** Has what each endpoint's answer has. */
const ANSWER = {
  name: 'one',
  contents_path: '',
  rows: [],
  next_page_token: '',
  row: {},
  artifacts: [],
  children: [],
  pipelines: [],
  models: []
};

describe('Client', () => {
  it('asks each endpoint about the folder that the user looks at', async () => {
    const server = new Server(() => ANSWER);
    let folder = '';
    const placed: unknown[] = [];
    const client = new Client({
      settings: server.settings,
      trans: nullTranslator.load('test'),
      folder: () => folder,
      onProject: (...given) => placed.push(given)
    });

    await client.project();
    folder = 'example-notebooks';
    await client.runs({ limit: 25, pageToken: 'next' });
    await client.run('a/b?c');
    await client.run('r1', { folder: 'other' });
    await client.pipelines();
    await client.models();

    expect(placed).toEqual([['', ANSWER]]);
    const query = { path: 'example-notebooks' };
    expect(server.asked).toEqual([
      { path: 'project', query: {} },
      { path: 'runs', query: { ...query, limit: '25', page_token: 'next' } },
      { path: 'runs/a%2Fb%3Fc', query },
      { path: 'runs/r1', query: { path: 'other' } },
      { path: 'pipelines', query },
      { path: 'models', query }
    ]);
  });
});
