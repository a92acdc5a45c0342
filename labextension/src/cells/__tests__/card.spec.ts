import { readCard } from '../card';

const CARD = {
  run_key: 'k1',
  name: 'train',
  experiment: 'quickstart',
  status: 'FINISHED',
  start_time: 1,
  duration: 3.2,
  params: { seed: '42' },
  metrics: { auc: 0.99, loss: 'NaN' },
  exception: ''
};

describe('readCard', () => {
  it('reads a card', () => {
    expect(readCard(CARD)).toEqual(CARD);
  });

  it.each([
    null,
    'card',
    [],
    {},
    { ...CARD, run_key: 7 },
    { ...CARD, status: 'DANCING' }
  ])('refuses what is none: %j', data => {
    expect(readCard(data)).toBeNull();
  });

  it('makes do with what a card of another version has', () => {
    expect(
      readCard({
        run_key: 'k1',
        status: 'RUNNING',
        metrics: { auc: null, loss: 'Infinity' },
        params: { seed: 42 },
        duration: 'long'
      })
    ).toEqual({
      run_key: 'k1',
      name: '',
      experiment: '',
      status: 'RUNNING',
      start_time: 0,
      duration: null,
      params: { seed: '42' },
      metrics: { auc: 'NaN', loss: 'Infinity' },
      exception: ''
    });
  });
});
