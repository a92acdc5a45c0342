import { nullTranslator } from '@jupyterlab/translation';

import { makeDetails } from '../../../__tests__/nouns';
import { Announcements, Server } from '../../../__tests__/server';
import { Client } from '../../../api/client';
import { RunDetailsModel } from '../model';

describe('RunDetailsModel', () => {
  it('asks by the key and then answers to the id as well', async () => {
    const server = new Server(() =>
      makeDetails({}, { run_id: 'r1', tags: { 'mlops.run_key': 'k1' } })
    );
    const client = new Client({
      settings: server.settings,
      trans: nullTranslator.load('test'),
      folder: () => ''
    });
    const model = new RunDetailsModel({
      run: 'k1',
      folder: 'one',
      client,
      live: new Announcements()
    });
    expect(model.isAbout('k1', 'one')).toBe(true);
    expect(model.isAbout('r1', 'one')).toBe(false);

    await model.refresh();

    expect(server.asked.map(({ path }) => path)).toEqual(['runs/k1']);
    expect(model.isAbout('r1', 'one')).toBe(true);
    expect(model.isAbout('r2', 'one')).toBe(false);
    expect(model.isAbout('r1', 'two')).toBe(false);
    model.dispose();
  });
});
