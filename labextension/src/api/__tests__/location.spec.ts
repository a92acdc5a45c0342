import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ContentsManager, Drive } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { Server } from '../../__tests__/server';
import type { ILocationOptions } from '../location';
import { Location } from '../location';

function setUp() {
  const notebook = new Widget();
  const launcher = new Widget();
  const currentChanged = new Signal<object, { newValue: Widget | null }>({});
  const pathChanged = new Signal<object, { newValue: string }>({});
  const { settings } = new Server(() => ({}));
  const contents = new ContentsManager({ serverSettings: settings });
  contents.addDrive(new Drive({ name: 'RTC', serverSettings: settings }));
  contents.addDrive(new Drive({ name: 'Cloud', serverSettings: settings }));
  const location = new Location({
    contents,
    documents: {
      contextForWidget: (widget: Widget) =>
        widget === notebook ? { path: 'RTC:project/train.ipynb' } : undefined
    } as unknown as IDocumentManager,
    fileBrowser: {
      model: { path: 'start', pathChanged }
    } as unknown as IDefaultFileBrowser,
    shell: { currentChanged } as unknown as ILocationOptions['shell']
  });
  let moves = 0;
  location.moved.connect(() => {
    moves += 1;
  });
  return {
    location,
    moves: () => moves,
    look: (newValue: Widget | null) => currentChanged.emit({ newValue }),
    browse: (newValue: string) => pathChanged.emit({ newValue }),
    notebook,
    launcher
  };
}

describe('Location', () => {
  it('is the folder of the document in front, edited together or alone', () => {
    const { location, look, notebook, moves } = setUp();
    expect(location.folder).toBe('start');

    look(notebook);

    expect(location.folder).toBe('project');
    expect(moves()).toBe(1);
  });

  it('stays where it is when what comes to the front is no document', () => {
    const { location, look, notebook, launcher, moves } = setUp();
    look(notebook);

    look(launcher);
    look(null);
    look(notebook);

    expect(location.folder).toBe('project');
    expect(moves()).toBe(1);
  });

  it('follows the file browser', () => {
    const { location, browse, moves } = setUp();

    browse('elsewhere/deep');
    browse('elsewhere/deep');

    expect(location.folder).toBe('elsewhere/deep');
    expect(moves()).toBe(1);
  });

  it('knows the project of the folder as long as it may be the same', () => {
    const { location, browse } = setUp();
    let replaced = 0;
    location.replaced.connect(() => {
      replaced += 1;
    });
    expect(location.project).toBeNull();

    location.place('start', 'start');
    browse('start/deep');
    expect(location.project).toBe('start');
    expect(replaced).toBe(0);

    location.place('start/deep', 'start/deep');
    expect(location.project).toBe('start/deep');
    expect(replaced).toBe(1);

    browse('start/deeper');
    expect(location.project).toBeNull();

    location.place('start/deep', 'start/deep');
    expect(location.project).toBeNull();
  });

  it('does not take another file system for ours', () => {
    const { location, browse, moves } = setUp();

    browse('Cloud:start/deep');

    expect(location.folder).toBe('start');
    expect(moves()).toBe(0);
  });

  it('follows nobody once disposed of', () => {
    const { location, browse, look, notebook, moves } = setUp();

    location.dispose();
    browse('elsewhere');
    look(notebook);

    expect(location.folder).toBe('start');
    expect(moves()).toBe(0);
  });
});
