import type { Event } from '@jupyterlab/services';
import { Signal, Stream } from '@lumino/signaling';

import { until } from '../../__tests__/server';
import type { IChange, ILocation } from '../../tokens';
import { CHANGED_SCHEMA, Live } from '../live';

function setUp() {
  const sender = {} as Event.IManager;
  const stream = new Stream<Event.IManager, Event.Emission>(sender);
  const location = {
    folder: '',
    project: null as string | null,
    moved: new Signal<ILocation, void>({} as ILocation),
    replaced: new Signal<ILocation, void>({} as ILocation),
    place: () => undefined
  };
  const { moved, replaced } = location;
  const live = new Live({ stream, location });
  const heard: IChange[] = [];
  live.changed.connect((_, change) => void heard.push(change));
  const emit = (
    what: string,
    schema_id = CHANGED_SCHEMA,
    contents_path = 'one'
  ) => stream.emit({ schema_id, what, contents_path });
  return { live, heard, emit, location, moved, replaced };
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

  it('tells of other projects that they are others', async () => {
    const { heard, emit, location } = setUp();
    location.project = 'two';

    emit('runs', CHANGED_SCHEMA, 'one');
    emit('runs', CHANGED_SCHEMA, 'one');
    emit('models', CHANGED_SCHEMA, 'two');
    emit('models', CHANGED_SCHEMA, 'three');
    await until(() => heard.length === 3);

    expect(heard).toEqual([
      { what: 'runs', moved: false, elsewhere: 'one' },
      { what: 'models', moved: false },
      { what: 'models', moved: false, elsewhere: 'three' }
    ]);
  });

  it('does not take another folder of the project for a move', () => {
    const { heard, location, moved } = setUp();
    location.project = 'one';

    moved.emit();

    expect(heard.map(change => change.moved)).toEqual(Array(4).fill(false));
  });

  it('takes a project within a project for a move, as soon as that is known', () => {
    const { heard, replaced } = setUp();

    replaced.emit();

    expect(heard.map(({ what }) => what).sort()).toEqual([
      'models',
      'pipelines',
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
