import type { IKeyValue } from '../ui/keyValues';
import { formatMetric } from '../ui/number';
import type { Run } from '../wire';
import type { IRunsSettings } from './model';

/** Choose a run's most telling metrics and params: the preferred ones first, then by name. */
export function keyValues(run: Run, settings: IRunsSettings): IKeyValue[] {
  const { keyMetrics, keyParams, valueCount } = settings;
  return [
    ...choose(Object.keys(run.metrics), keyMetrics, valueCount).map(name => ({
      name,
      value: formatMetric(run.metrics[name]),
      title: String(run.metrics[name])
    })),
    ...choose(Object.keys(run.params), keyParams, valueCount).map(name => ({
      name,
      value: run.params[name],
      title: run.params[name]
    }))
  ];
}

function choose(
  names: readonly string[],
  preferred: readonly string[],
  count: number
): string[] {
  const first = preferred.filter(name => names.includes(name));
  const rest = names.filter(name => !first.includes(name)).sort();
  return [...first, ...rest].slice(0, count);
}
