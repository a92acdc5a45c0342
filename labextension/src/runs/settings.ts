import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { IRunsSettings } from './model';
import { DEFAULT_SETTINGS } from './model';

/** Read what the user wants rows to show. */
export function readSettings(
  settings: ISettingRegistry.ISettings
): IRunsSettings {
  const { composite } = settings;
  return {
    rowCount: number(composite['rowCount'], DEFAULT_SETTINGS.rowCount),
    valueCount: number(composite['valueCount'], DEFAULT_SETTINGS.valueCount),
    keyMetrics: strings(composite['keyMetrics']),
    keyParams: strings(composite['keyParams'])
  };
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function strings(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string')
    : [];
}
