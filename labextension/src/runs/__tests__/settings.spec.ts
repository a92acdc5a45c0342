import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import schema from '../../../schema/plugin.json';
import { DEFAULT_SETTINGS } from '../model';
import { readSettings } from '../settings';

const settings = (composite: object) =>
  ({ composite }) as ISettingRegistry.ISettings;

describe('readSettings', () => {
  it('has the defaults that the schema announces', () => {
    const announced = Object.fromEntries(
      Object.entries(schema.properties).map(([name, { default: value }]) => [
        name,
        value
      ])
    );

    expect(announced).toEqual(DEFAULT_SETTINGS);
    expect(readSettings(settings({}))).toEqual(DEFAULT_SETTINGS);
  });

  it('takes what the user wants', () => {
    const wanted = {
      rowCount: 50,
      valueCount: 1,
      keyMetrics: ['auc'],
      keyParams: ['seed']
    };

    expect(readSettings(settings(wanted))).toEqual(wanted);
  });

  it('makes do with settings that are none', () => {
    expect(
      readSettings(settings({ rowCount: 'many', keyMetrics: [1, 'auc'] }))
    ).toEqual({ ...DEFAULT_SETTINGS, keyMetrics: ['auc'] });
  });
});
