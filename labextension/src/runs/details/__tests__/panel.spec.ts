import { nullTranslator } from '@jupyterlab/translation';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { makeDetails, makePage, makeRow } from '../../../__tests__/nouns';
import { Announcements, Server, until } from '../../../__tests__/server';
import { Client } from '../../../api/client';
import { DEFAULT_SETTINGS, RunsModel } from '../../model';
import { RunDetailsModel } from '../model';
import { RunDetailsPanel } from '../panel';

async function setUp() {
  const server = new Server(({ path }) =>
    path === 'runs'
      ? makePage([])
      : makeDetails({
          children: [makeRow({ run_id: 'child', metrics: { auc: 1, loss: 2 } })]
        })
  );
  const live = new Announcements();
  const trans = nullTranslator.load('test');
  const client = new Client({
    settings: server.settings,
    trans,
    folder: () => 'one'
  });
  const runs = new RunsModel({ client, live });
  const panel = new RunDetailsPanel({
    model: new RunDetailsModel({ run: 'r1', folder: 'one', client, live }),
    runs,
    trans,
    onOpen: () => undefined,
    onOpenSource: () => undefined
  });
  Widget.attach(panel, document.body);
  const child = () => panel.node.querySelector('[data-id=child]')?.textContent;
  await until(() => child() !== undefined);
  return { child, live, panel, runs, server };
}

describe('RunDetailsPanel', () => {
  it('follows the settings of how runs are shown', async () => {
    const { child, panel, runs } = await setUp();
    expect(child()).toContain('loss');

    runs.settings = { ...DEFAULT_SETTINGS, valueCount: 1 };
    MessageLoop.flush();

    await until(() => child()?.includes('loss') === false);
    expect(child()).toContain('auc');
    panel.dispose();
    runs.dispose();
  });

  it('follows its own project only, wherever the user looks', async () => {
    const { live, panel, runs, server } = await setUp();
    const asked = server.asked.length;

    live.changed.emit({ what: 'runs', moved: false, elsewhere: 'two' });
    live.changed.emit({ what: 'runs', moved: true });
    await new Promise(resolve => setTimeout(resolve, 30));
    expect(server.asked).toHaveLength(asked);

    live.changed.emit({ what: 'runs', moved: false, elsewhere: 'one' });
    await until(() => server.asked.length === asked + 1);
    panel.dispose();
    runs.dispose();
  });
});
