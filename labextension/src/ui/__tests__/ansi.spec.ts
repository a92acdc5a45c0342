import { stripAnsi } from '../ansi';

describe('stripAnsi', () => {
  it('takes colours out and nothing else', () => {
    expect(stripAnsi('\u001b[0;31mValueError\u001b[0m: x[0]')).toBe(
      'ValueError: x[0]'
    );
  });
});
