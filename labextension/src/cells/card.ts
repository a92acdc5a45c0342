import type { RunCard } from '../wire';

const STATUSES: readonly RunCard['status'][] = [
  'RUNNING',
  'SCHEDULED',
  'FINISHED',
  'FAILED',
  'KILLED'
];

/**
 * Read a run card out of a notebook's output.
 *
 * A notebook may come from anywhere, and from any version of ours.
 *
 * @returns The card, or null where the data is none.
 */
export function readCard(data: unknown): RunCard | null {
  if (typeof data !== 'object' || data === null) {
    return null;
  }
  const card = data as Partial<Record<keyof RunCard, unknown>>;
  const status = STATUSES.find(known => known === card.status);
  if (typeof card.run_key !== 'string' || !status) {
    return null;
  }
  return {
    run_key: card.run_key,
    name: text(card.name),
    experiment: text(card.experiment),
    status,
    start_time: typeof card.start_time === 'number' ? card.start_time : 0,
    duration: typeof card.duration === 'number' ? card.duration : null,
    params: record(card.params, text),
    metrics: record(card.metrics, metric),
    exception: text(card.exception)
  };
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

function metric(value: unknown): RunCard['metrics'][string] {
  return value === 'Infinity' || value === '-Infinity' || value === 'NaN'
    ? value
    : typeof value === 'number'
      ? value
      : 'NaN';
}

function record<T>(
  value: unknown,
  read: (item: unknown) => T
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(typeof value === 'object' && value ? value : {}).map(
      ([key, item]) => [key, read(item)]
    )
  );
}
