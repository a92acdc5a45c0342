import { nullTranslator } from '@jupyterlab/translation';
import React from 'react';

import { byText, click, mount } from '../../../__tests__/mount';
import { makeDetails, makeRow } from '../../../__tests__/nouns';
import type { RunDetails } from '../../../wire';
import { DEFAULT_SETTINGS } from '../../model';
import { RunDetailsBody } from '../body';

function setUp(page: RunDetails | null) {
  const done: unknown[] = [];
  const host = mount(
    <RunDetailsBody
      page={page}
      error={null}
      settings={DEFAULT_SETTINGS}
      trans={nullTranslator.load('test')}
      onOpen={id => done.push(['open', id])}
      onOpenSource={row => done.push(['source', row.contents_path])}
    />
  );
  const table = (label: string) =>
    [...host.querySelectorAll(`table[aria-label="${label}"] tbody tr`)].map(
      row => [...row.children].map(cell => cell.textContent)
    );
  const headings = () =>
    [...host.querySelectorAll('h3')].map(heading => heading.textContent);
  return { done, host, table, headings };
}

describe('RunDetailsBody', () => {
  it('shows metrics exactly, params, tags and files', () => {
    const { table, host } = setUp(
      makeDetails(
        { artifacts: [{ path: 'model/model.skops', size: 123456 }] },
        {
          metrics: { loss: 'NaN', auc: 0.994371234 },
          params: { seed: '42' },
          tags: { 'mlops.run_key': 'k1' }
        }
      )
    );

    expect(table('Metrics')).toEqual([
      ['auc', '0.994371234'],
      ['loss', 'NaN']
    ]);
    expect(table('Params')).toEqual([['seed', '42']]);
    expect(table('Tags')).toEqual([['mlops.run_key', 'k1']]);
    expect(table('Artifacts')).toEqual([['model/model.skops', '123.5 kB']]);
    expect(byText(host, 'details', 'Tags')?.hasAttribute('open')).toBe(false);
    expect(byText(host, 'details', 'Metrics')?.hasAttribute('open')).toBe(true);
  });

  it('leaves out what the run has not', () => {
    const { headings, host } = setUp(makeDetails({}, { end_time: null }));

    expect(headings()).toEqual([]);
    expect(host.textContent).not.toContain('Ended');
  });

  it('shows code and exception as text, without a terminal’s colours', () => {
    const { host } = setUp(
      makeDetails({
        code: '<script>alert(1)</script>',
        exception: '\u001b[31mValueError\u001b[0m: <b>'
      })
    );
    const listings = [...host.querySelectorAll('pre')].map(
      listing => listing.textContent
    );

    expect(listings).toEqual(['ValueError: <b>', '<script>alert(1)</script>']);
    expect(host.querySelector('script')).toBeNull();
  });

  it('leads to the notebook and to the child runs', () => {
    const { done, host } = setUp(
      makeDetails({ children: [makeRow({ run_id: 'child' })] })
    );

    click(byText(host, 'button', 'Open notebook at the cell'));
    click(host.querySelector('[data-id=child]'));

    expect(done).toEqual([
      ['source', 'work/train.ipynb'],
      ['open', 'child']
    ]);
  });

  it('leads nowhere from a run that names no file', () => {
    const { host } = setUp(
      makeDetails({ row: { ...makeRow(), contents_path: '' } })
    );

    expect(host.querySelector('h2')?.textContent).toBe('train');
    expect(host.querySelector('button')).toBeNull();
  });

  it('says that it is loading until it knows', () => {
    expect(setUp(null).host.textContent).toBe('Loading…');
  });
});
