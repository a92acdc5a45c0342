import { nullTranslator } from '@jupyterlab/translation';
import React from 'react';

import { click, mount } from '../../__tests__/mount';
import type { PipelineRow } from '../../wire';
import { PipelinesBody } from '../body';

const PIPELINE: PipelineRow = {
  name: 'breast-cancer',
  contents_path: 'work/pipeline.yaml',
  steps: [
    {
      name: 'prepare',
      kind: 'notebook',
      needs: [],
      status: 'cached',
      duration: 0.02
    },
    {
      name: 'register',
      kind: 'model',
      needs: ['prepare'],
      status: 'refused',
      duration: null
    }
  ],
  execution: {
    execution_id: 'e1',
    status: 'refused',
    start_time: Date.now() - 300_000,
    end_time: Date.now() - 240_000
  },
  error: ''
};

function setUp(pipelines: PipelineRow[]) {
  const opened: string[] = [];
  const host = mount(
    <PipelinesBody
      page={{ pipelines }}
      error={null}
      trans={nullTranslator.load('test')}
      onOpenFile={path => opened.push(path)}
    />
  );
  const rows = [...host.querySelectorAll('[role=treeitem]')];
  return { host, opened, rows };
}

describe('PipelinesBody', () => {
  it('shows each pipeline, how its last execution ended, and its steps', () => {
    const { rows } = setUp([PIPELINE]);
    const words = rows.map(row => row.textContent?.replace(/\s+/g, ' ').trim());

    expect(words[0]).toMatch(
      /^Refused ?breast-cancer 4m.* ago Refused work\/pipeline.yaml$/
    );
    expect(words[1]).toMatch(/^Cached ?prepare 20ms$/);
    expect(words[2]).toMatch(/^Refused ?register model$/);
  });

  it('opens the file of a pipeline', () => {
    const { rows, opened } = setUp([PIPELINE]);

    click(rows[0]);
    click(rows[1]);

    expect(opened).toEqual(['work/pipeline.yaml']);
  });

  it('shows why a file is invalid, whole', () => {
    const error =
      "pipeline.yaml:7:5: unknown key 'need': did you mean 'needs'?";
    const { rows } = setUp([
      { ...PIPELINE, steps: [], execution: null, error }
    ]);

    expect(rows[0].textContent).toContain(error);
    expect(rows[0].textContent).toContain('Invalid');
  });

  it('says what to do where there is none', () => {
    expect(setUp([]).host.textContent).toContain('pipeline.yaml');
  });
});
