import { makeRun } from '../../__tests__/nouns';
import { keyValues } from '../keyValues';
import { DEFAULT_SETTINGS } from '../model';

const run = makeRun({
  metrics: { loss: 'NaN', auc: 0.994371, recall: 1, f1: 0.5 },
  params: { seed: '42', depth: '4' }
});

describe('keyValues', () => {
  it('takes the first by name where nothing is preferred', () => {
    const values = keyValues(run, { ...DEFAULT_SETTINGS, valueCount: 2 });

    expect(values.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'auc=0.9944',
      'f1=0.5',
      'depth=4',
      'seed=42'
    ]);
    expect(values[0].title).toBe('0.994371');
  });

  it('puts the preferred first, in their order, if the run has them', () => {
    const values = keyValues(run, {
      ...DEFAULT_SETTINGS,
      valueCount: 3,
      keyMetrics: ['recall', 'absent', 'loss'],
      keyParams: ['seed']
    });

    expect(values.map(({ name }) => name)).toEqual([
      'recall',
      'loss',
      'auc',
      'seed',
      'depth'
    ]);
    expect(values[1].value).toBe('NaN');
  });

  it('takes none if none are wanted', () => {
    expect(keyValues(run, { ...DEFAULT_SETTINGS, valueCount: 0 })).toEqual([]);
  });
});
