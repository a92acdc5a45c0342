import type { JupyterFrontEnd } from '@jupyterlab/application';
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { makeDetails } from '../../__tests__/nouns';
import { Announcements, Server, until } from '../../__tests__/server';
import { Client } from '../../api/client';
import { RunsModel } from '../model';
import { RunTabs } from '../tabs';

function setUp() {
  let folder = 'one';
  const server = new Server(({ path }) =>
    makeDetails(
      {},
      {
        name: 'train',
        run_id: path === 'runs/r2' ? 'r2' : 'r1',
        tags: { 'mlops.run_key': path === 'runs/r2' ? 'k2' : 'k1' }
      }
    )
  );
  const trans = nullTranslator.load('test');
  const live = new Announcements();
  const client = new Client({
    settings: server.settings,
    trans,
    folder: () => folder
  });
  const activated: string[] = [];
  const shell = {
    add: (widget: Widget) => Widget.attach(widget, document.body),
    activateById: (id: string) => void activated.push(id)
  } as unknown as JupyterFrontEnd.IShell;
  const tabs = new RunTabs({
    shell,
    client,
    live,
    runs: new RunsModel({ client, live }),
    translator: nullTranslator,
    trans,
    onOpenSource: () => undefined
  });
  const look = (next: string) => {
    folder = next;
    live.changed.emit({ what: 'runs', moved: true });
  };
  return { activated, live, look, server, tabs };
}

describe('RunTabs', () => {
  it('gives each run one tab, whether asked by its id or by its key', async () => {
    const { activated, tabs } = setUp();

    const tab = await tabs.show('k1', 'one');
    await until(() => tab.title.label === 'Run: train');

    expect(await tabs.show('r1', 'one')).toBe(tab);
    expect(await tabs.show('k1', 'one')).toBe(tab);
    expect(await tabs.show('r2', 'one')).not.toBe(tab);
    expect(tabs.tracker.size).toBe(2);
    expect(activated.filter(id => id === tab.id)).toHaveLength(3);
  });

  it('stays with the project of its run when the user looks at another one', async () => {
    const { look, server, tabs } = setUp();
    const tab = await tabs.show('k1', 'one');
    const { model } = tab.content;
    await until(() => model.page !== null);

    look('two');
    await new Promise(resolve => setTimeout(resolve, 30));
    await model.refresh();

    expect(server.asked).toEqual([
      { path: 'runs/k1', query: { path: 'one' } },
      { path: 'runs/k1', query: { path: 'one' } }
    ]);
    expect(model.page).not.toBeNull();
  });

  it('does not take a copied project for the first one', async () => {
    const { tabs } = setUp();

    const tab = await tabs.show('k1', 'one');
    const other = await tabs.show('k1', 'two');

    expect(other).not.toBe(tab);
    expect(other.id).not.toBe(tab.id);
  });

  it('makes one tab of two calls at once', async () => {
    const { tabs } = setUp();

    const [one, other] = await Promise.all([
      tabs.show('k1', 'one'),
      tabs.show('k1', 'one')
    ]);

    expect(one).toBe(other);
    expect(tabs.tracker.size).toBe(1);
  });

  it('asks no more about a run whose tab is closed', async () => {
    const { live, server, tabs } = setUp();
    const tab = await tabs.show('k1', 'one');
    await until(() => tab.content.model.page !== null);
    server.asked.length = 0;

    tab.dispose();
    live.changed.emit({ what: 'runs', moved: false });
    await new Promise(resolve => setTimeout(resolve, 30));

    expect(tab.content.isDisposed).toBe(true);
    expect(tab.content.model.isDisposed).toBe(true);
    expect(server.asked).toEqual([]);
    expect(tabs.tracker.size).toBe(0);
  });
});
