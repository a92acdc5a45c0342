import { Time } from '@jupyterlab/coreutils';

import type { Metric } from './number';

function unit(value: number, name: string, digits = 0): string {
  return new Intl.NumberFormat(document.documentElement.lang || 'en', {
    style: 'unit',
    unit: name,
    unitDisplay: 'narrow',
    maximumFractionDigits: digits
  }).format(value);
}

/**
 * Say how long something took, short enough for a row: `0.2s`, `3m 20s`, `1h 5m`.
 *
 * @param seconds - The duration; null or not finite where it is not known.
 * @returns The text, empty where the duration is not known.
 */
export function formatDuration(seconds: Metric | null): string {
  if (typeof seconds !== 'number' || seconds < 0) {
    return '';
  }
  if (seconds < 1) {
    return unit(Math.round(seconds * 1000), 'millisecond');
  }
  if (seconds < 59.95) {
    return unit(seconds, 'second', seconds < 10 ? 1 : 0);
  }
  const whole = Math.round(seconds);
  if (whole < 3600) {
    return `${unit(Math.floor(whole / 60), 'minute')} ${unit(whole % 60, 'second')}`;
  }
  const minutes = Math.round(whole / 60);
  return `${unit(Math.floor(minutes / 60), 'hour')} ${unit(minutes % 60, 'minute')}`;
}

/**
 * Say how long ago something was: `2m ago`.
 *
 * @param time - Milliseconds since the epoch. The server's clock may be ahead of ours: a time to
 *   come counts as now.
 */
export function formatAgo(time: number): string {
  return Time.formatHuman(new Date(Math.min(time, Date.now())), 'narrow');
}

/** Say when something was, to the second, in the user's own format. */
export function formatTime(time: number): string {
  return new Intl.DateTimeFormat(document.documentElement.lang || 'en', {
    dateStyle: 'medium',
    timeStyle: 'medium'
  }).format(new Date(time));
}

/**
 * Reckon how many seconds something took, or has taken so far.
 *
 * @param start - Milliseconds since the epoch.
 * @param end - The same, or null while it lasts.
 */
export function elapsed(start: number, end: number | null): number {
  return Math.max(0, ((end ?? Date.now()) - start) / 1000);
}
