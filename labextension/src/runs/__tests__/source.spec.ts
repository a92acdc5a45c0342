import { Notification } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { ContentsManager, ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { openSource } from '../source';

/** A Lab with one notebook of three cells. */
function setUp() {
  const scrolled: unknown[] = [];
  const node = document.createElement('div');
  const notebook = {
    node,
    viewportNode: node,
    disposed: new Signal<unknown, void>({}),
    widgets: ['c0', 'c1', 'c2'].map(id => ({ model: { id } })),
    activeCellIndex: 0,
    deselectAll: () => undefined,
    scrollToItem: async (...to: unknown[]) => void scrolled.push(to)
  };
  const panel = {
    context: { ready: Promise.resolve() },
    revealed: Promise.resolve(),
    content: notebook
  };
  const commands = new CommandRegistry();
  const opened: unknown[] = [];
  commands.addCommand('docmanager:open', {
    execute: args => {
      opened.push(args['path']);
      return panel;
    }
  });
  const contents = new ContentsManager({
    serverSettings: ServerConnection.makeSettings({
      baseUrl: 'http://server/',
      fetch: async request =>
        (request as Request).url.includes('gone')
          ? Response.json({ message: 'no such file' }, { status: 404 })
          : (request as Request).url.includes('secret')
            ? Response.json({ message: 'not yours' }, { status: 403 })
            : Response.json({
                name: 'train.ipynb',
                path: 'train.ipynb',
                type: 'notebook',
                created: '2026-01-01T00:00:00Z',
                last_modified: '2026-01-01T00:00:00Z',
                writable: true,
                mimetype: null,
                content: null,
                format: null
              })
    })
  });
  const notebooks = {
    has: (widget: unknown) => widget === panel
  } as unknown as INotebookTracker;
  const trans = nullTranslator.load('test');
  return {
    notebook,
    opened,
    scrolled,
    open: (path: string, cellId: string) =>
      openSource({ path, cellId }, { commands, contents, notebooks, trans })
  };
}

const said = () =>
  Notification.manager.notifications.map(({ message }) => message);

describe('openSource', () => {
  beforeEach(() => {
    Notification.manager.dismiss();
  });

  it('opens the notebook at the cell', async () => {
    const { open, opened, notebook, scrolled } = setUp();

    expect(await open('train.ipynb', 'c2')).toBe(true);

    expect(opened).toEqual(['train.ipynb']);
    expect(notebook.activeCellIndex).toBe(2);
    expect(scrolled).toEqual([[2, 'center']]);
    expect(said()).toEqual([]);
  });

  it('opens the notebook alone where no cell is known', async () => {
    const { open, opened, notebook, scrolled } = setUp();

    expect(await open('train.ipynb', '')).toBe(true);

    expect(opened).toEqual(['train.ipynb']);
    expect(notebook.activeCellIndex).toBe(0);
    expect(scrolled).toEqual([]);
  });

  it('says why where the cell is gone', async () => {
    const { open, opened } = setUp();

    expect(await open('train.ipynb', 'deleted')).toBe(false);

    expect(opened).toEqual(['train.ipynb']);
    expect(said()).toEqual([
      'The cell that made this run is not in train.ipynb any more.'
    ]);
  });

  it('says why where the notebook is gone, and opens nothing', async () => {
    const { open, opened } = setUp();

    expect(await open('gone.ipynb', 'c1')).toBe(false);

    expect(opened).toEqual([]);
    expect(said()[0]).toContain('gone.ipynb is not there any more');
  });

  it('says what the server says where the notebook is there but closed to us', async () => {
    const { open, opened } = setUp();

    expect(await open('secret.ipynb', 'c1')).toBe(false);

    expect(opened).toEqual([]);
    expect(said()).toEqual(['secret.ipynb cannot be opened: not yours']);
  });

  it('says why where no notebook is known', async () => {
    const { open, opened } = setUp();

    expect(await open('', 'c1')).toBe(false);

    expect(opened).toEqual([]);
    expect(said()[0]).toContain('names no notebook');
    // Zero would hide it in the status bar.
    expect(
      Notification.manager.notifications[0].options.autoClose
    ).toBeGreaterThan(1000);
  });
});
