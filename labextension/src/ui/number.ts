import type { RunCard } from '../wire';

/** A number on the wire, where JSON has none for infinities and NaN. */
export type Metric = RunCard['metrics'][string];

/**
 * Write a metric with four significant digits; whole numbers are written in full.
 *
 * The exact value belongs into a tooltip or a table: `String(value)`.
 */
export function formatMetric(value: Metric): string {
  if (typeof value === 'string') {
    return value === 'NaN' ? value : value.replace('Infinity', '∞');
  }
  if (value !== 0 && (Math.abs(value) >= 1e7 || Math.abs(value) < 1e-4)) {
    return value.toExponential(3).replace(/\.?0+e/, 'e');
  }
  if (Number.isInteger(value)) {
    return String(value);
  }
  return String(Number(value.toPrecision(4)));
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Write a file's size: `512 B`, `1.5 kB`. */
export function formatSize(bytes: number): string {
  const power = Math.min(
    bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3),
    UNITS.length - 1
  );
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`;
}
