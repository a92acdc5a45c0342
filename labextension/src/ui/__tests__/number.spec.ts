import { formatMetric, formatSize } from '../number';

describe('formatMetric', () => {
  it.each([
    [0, '0'],
    [1, '1'],
    [-3, '-3'],
    [123456, '123456'],
    [0.99437123, '0.9944'],
    [1234.5678, '1235'],
    [0.1 + 0.2, '0.3'],
    [0.00012346, '0.0001235'],
    [0.000012345, '1.234e-5'],
    [1e-7, '1e-7'],
    [-25_000_000, '-2.5e+7'],
    ['NaN', 'NaN'],
    ['Infinity', '∞'],
    ['-Infinity', '-∞']
  ] as const)('writes %s as %s', (value, text) => {
    expect(formatMetric(value)).toBe(text);
  });
});

describe('formatSize', () => {
  it.each([
    [0, '0 B'],
    [512, '512 B'],
    [1000, '1.0 kB'],
    [123_456, '123.5 kB'],
    [5_000_000_000, '5.0 GB'],
    [4e15, '4000.0 TB']
  ])('writes %d as %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});
