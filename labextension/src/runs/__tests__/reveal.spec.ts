import type { Notebook } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';

import { revealCell } from '../reveal';

/** The observers that watch an element; `grow` says that it has another size. */
class Observers {
  static all = new Set<Observers>();
  constructor(private _changed: () => void) {}
  observe() {
    Observers.all.add(this);
  }
  unobserve() {
    this.disconnect();
  }
  disconnect() {
    Observers.all.delete(this);
  }
  static grow() {
    Observers.all.forEach(observer => observer._changed());
  }
}

function setUp() {
  const scrolled: unknown[][] = [];
  const node = document.createElement('div');
  const notebook = {
    node,
    viewportNode: node,
    disposed: new Signal<unknown, void>({}),
    activeCellIndex: 0,
    deselectAll: () => undefined,
    scrollToItem: async (...to: unknown[]) => void scrolled.push(to)
  };
  return {
    notebook,
    scrolled,
    reveal: (index: number) =>
      revealCell(notebook as unknown as Notebook, index)
  };
}

describe('revealCell', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('ResizeObserver', Observers);
  });

  afterEach(() => {
    vi.runAllTimers();
    vi.useRealTimers();
    vi.unstubAllGlobals();
    expect(Observers.all.size).toBe(0);
  });

  it('makes the cell the active one, and scrolls to it', async () => {
    const { notebook, reveal, scrolled } = setUp();

    await reveal(2);

    expect(notebook.activeCellIndex).toBe(2);
    expect(scrolled).toEqual([[2, 'center']]);
  });

  it('scrolls again when cells get their heights', async () => {
    const { reveal, scrolled } = setUp();
    await reveal(2);

    Observers.grow();
    Observers.grow();

    expect(scrolled.length).toBe(3);
  });

  it.each(['wheel', 'pointerdown', 'keydown'])(
    'leaves the place to the user from the first %s on',
    async type => {
      const { notebook, reveal, scrolled } = setUp();
      await reveal(2);

      notebook.node.dispatchEvent(new Event(type));
      Observers.grow();

      expect(scrolled.length).toBe(1);
    }
  );

  it('lets go after a while, and of a notebook that is closed', async () => {
    const { notebook, reveal, scrolled } = setUp();
    await reveal(1);
    vi.advanceTimersByTime(3000);
    await reveal(2);
    notebook.disposed.emit();

    Observers.grow();

    expect(scrolled).toEqual([
      [1, 'center'],
      [2, 'center']
    ]);
  });

  it('takes no harm from a scroll that another one replaces', async () => {
    const { notebook, reveal } = setUp();
    notebook.scrollToItem = () => Promise.reject(new Error('replaced'));

    await expect(reveal(2)).resolves.toBeUndefined();
  });
});
