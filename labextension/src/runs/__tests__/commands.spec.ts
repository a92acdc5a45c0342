import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import { makePage } from '../../__tests__/nouns';
import { Announcements, Server } from '../../__tests__/server';
import { Client } from '../../api/client';
import { CommandIDs } from '../../tokens';
import { addRunsCommands } from '../commands';
import { RunsModel } from '../model';
import type { RunTabs } from '../tabs';

function setUp() {
  const done: unknown[] = [];
  let folder = 'one';
  const server = new Server(() => makePage(['r1']));
  const trans = nullTranslator.load('test');
  const client = new Client({
    settings: server.settings,
    trans,
    folder: () => folder
  });
  const model = new RunsModel({ client, live: new Announcements() });
  const commands = new CommandRegistry();
  const added = addRunsCommands({
    commands,
    model,
    folder: () => folder,
    trans,
    sidebar: {
      addSection: () => {
        throw new Error('a command adds no section');
      },
      showSection: id => done.push(['section', id])
    },
    tabs: {
      show: async (run: string, folder: string) =>
        done.push(['run', run, folder])
    } as unknown as RunTabs,
    openSource: async source => Boolean(done.push(source))
  });
  const look = (next: string) => {
    folder = next;
  };
  return { added, commands, done, look, model, server };
}

const IDS = [
  CommandIDs.showRuns,
  CommandIDs.refreshRuns,
  CommandIDs.showRun,
  CommandIDs.openSource
];

describe('the commands of runs', () => {
  it.each(IDS)('%s says what it does and what it takes', async id => {
    const { commands } = setUp();

    expect(commands.label(id)).not.toBe('');
    expect(commands.caption(id)).not.toBe('');
    const { args } = await commands.describedBy(id);
    expect(args).toMatchObject({ type: 'object' });
  });

  it('show the section, refresh, and show a run', async () => {
    const { commands, done, server } = setUp();

    await commands.execute(CommandIDs.showRuns);
    await commands.execute(CommandIDs.refreshRuns);
    await commands.execute(CommandIDs.showRun, { runId: 'k1' });

    expect(server.asked).toHaveLength(1);
    expect(done).toEqual([
      ['section', 'runs'],
      ['run', 'k1', 'one']
    ]);
  });

  it('show a run of the folder that is named', async () => {
    const { commands, done } = setUp();

    await commands.execute(CommandIDs.showRun, { runId: 'k1', folder: 'two' });
    await commands.execute(CommandIDs.showRun, { runId: 'k1', folder: '' });

    expect(done).toEqual([
      ['run', 'k1', 'two'],
      ['run', 'k1', '']
    ]);
    const { args } = await commands.describedBy(CommandIDs.showRun);
    expect(args).toMatchObject({ properties: { folder: { type: 'string' } } });
  });

  it('act on the selected run when they are told of none', async () => {
    const { commands, done, look, model } = setUp();
    expect(commands.isEnabled(CommandIDs.showRun)).toBe(false);
    expect(commands.isEnabled(CommandIDs.openSource)).toBe(false);

    await model.refresh();
    model.select('r1');
    look('two');
    await commands.execute(CommandIDs.showRun);
    await commands.execute(CommandIDs.openSource);

    expect(done).toEqual([
      ['run', 'r1', 'one'],
      { path: 'work/train.ipynb', cellId: 'c1' }
    ]);
  });

  it('are not misled by arguments of the wrong type', async () => {
    const { commands, done } = setUp();

    await commands.execute(CommandIDs.openSource, { path: 7, cellId: null });

    expect(done).toEqual([{ path: '', cellId: '' }]);
    expect(commands.isEnabled(CommandIDs.showRun, { runId: 7 })).toBe(false);
  });

  it('can be taken back', () => {
    const { added, commands } = setUp();

    added.dispose();

    expect(IDS.filter(id => commands.hasCommand(id))).toEqual([]);
  });
});
