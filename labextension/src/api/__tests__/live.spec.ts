import type { Event } from '@jupyterlab/services';
import { Signal, Stream } from '@lumino/signaling';

import { until } from '../../__tests__/server';
import type { IChange } from '../../tokens';
import { CHANGED_SCHEMA, Live } from '../live';

function setUp() {
  const sender = {} as Event.IManager;
  const stream = new Stream<Event.IManager, Event.Emission>(sender);
  const moved = new Signal<object, void>({});
  const live = new Live({ stream, moved });
  const heard: IChange[] = [];
  live.changed.connect((_, change) => void heard.push(change));
  const emit = (what: string, schema_id = CHANGED_SCHEMA) =>
    stream.emit({ schema_id, what, contents_path: '' });
  return { live, heard, emit, moved };
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

describe('Live', () => {
  it('tells once of a burst, and of each kind', async () => {
    const { heard, emit } = setUp();

    emit('runs');
    emit('runs');
    emit('models');
    emit('runs');
    await until(() => heard.length > 1);
    await pause(150);

    expect(heard).toContainEqual({ what: 'runs', moved: false });
    expect(heard).toContainEqual({ what: 'models', moved: false });
    expect(heard).toHaveLength(2);
  });

  it('tells of a run that reports without a pause while it does', async () => {
    const { heard, emit } = setUp();

    for (let i = 0; i < 30; i++) {
      emit('runs');
      await pause(10);
    }

    expect(heard.length).toBeGreaterThan(1);
  });

  it('does not listen to what others emit', async () => {
    const { heard, emit } = setUp();

    emit('runs', 'https://events.jupyter.org/other/v1');
    emit('weather');
    await pause(150);

    expect(heard).toEqual([]);
  });

  it('tells of everything, at once, when the user looks elsewhere', () => {
    const { heard, moved } = setUp();

    moved.emit();

    expect(heard.map(({ what }) => what).sort()).toEqual([
      'models',
      'pipelines',
      'project',
      'runs'
    ]);
    expect(heard.every(change => change.moved)).toBe(true);
  });

  it('is silent once disposed of, even about what it had heard', async () => {
    const { live, heard, emit, moved } = setUp();

    emit('runs');
    live.dispose();
    emit('runs');
    moved.emit();
    await pause(150);

    expect(live.isDisposed).toBe(true);
    expect(heard).toEqual([]);
  });
});
