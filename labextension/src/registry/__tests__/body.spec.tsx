import { nullTranslator } from '@jupyterlab/translation';
import React from 'react';

import { click, mount } from '../../__tests__/mount';
import type { RegisteredModel } from '../../wire';
import { RegistryBody } from '../body';

const version = (number: number, aliases: string[], run_id: string | null) => ({
  name: 'm',
  version: number,
  run_id,
  creation_time: Date.now() - 3_600_000,
  aliases,
  tags: {}
});

const MODEL: RegisteredModel = {
  name: 'm',
  description: 'predicts <b>much</b>',
  aliases: { champion: 3, challenger: 2 },
  versions: [version(3, ['champion'], 'r3'), version(2, [], null)]
};

function setUp(models: RegisteredModel[]) {
  const opened: string[] = [];
  const host = mount(
    <RegistryBody
      page={{ models }}
      error={null}
      trans={nullTranslator.load('test')}
      onOpenRun={runId => opened.push(runId)}
    />
  );
  const rows = [...host.querySelectorAll('[role=treeitem]')];
  return { host, opened, rows };
}

describe('RegistryBody', () => {
  it('shows each model, its versions, and who holds which alias', () => {
    const { rows, host } = setUp([MODEL]);
    const badges = rows.map(row =>
      [...row.querySelectorAll('.jp-mlops-Badge')].map(
        badge => badge.textContent
      )
    );

    expect(rows[0].textContent).toContain('predicts <b>much</b>');
    expect(rows[0].textContent).toContain('2 versions');
    expect(badges).toEqual([[], ['champion'], ['challenger']]);
    expect(host.querySelector('b')).toBeNull();
  });

  it('leads from a version to its run, if it has one', () => {
    const { rows, opened } = setUp([MODEL]);

    click(rows[1]);
    click(rows[2]);

    expect(opened).toEqual(['r3']);
  });

  it('says what to do where there is none', () => {
    expect(setUp([]).host.textContent).toContain('No models yet');
  });
});
