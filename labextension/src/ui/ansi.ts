// eslint-disable-next-line no-control-regex
const ESCAPES = /\u001b\[[0-9;]*[A-Za-z]/g;

/** Take the terminal's colours out of a traceback. */
export function stripAnsi(text: string): string {
  return text.replace(ESCAPES, '');
}
