import { nullTranslator } from '@jupyterlab/translation';
import React from 'react';

import { byText, click, mount, press, remount } from '../../__tests__/mount';
import { makePage, makeRow } from '../../__tests__/nouns';
import type { IRunsBodyProps } from '../body';
import { RunsBody } from '../body';
import { DEFAULT_SETTINGS } from '../model';

function setUp(given: Partial<IRunsBodyProps>) {
  const done: unknown[] = [];
  const element = (changed: Partial<IRunsBodyProps>) => (
    <RunsBody
      page={null}
      error={null}
      settings={DEFAULT_SETTINGS}
      trans={nullTranslator.load('test')}
      onSelect={id => done.push(['select', id])}
      onOpen={id => done.push(['open', id])}
      onOpenSource={({ contents_path, run }) =>
        done.push(['source', contents_path, run.cell_id])
      }
      growing={false}
      onMore={() => done.push('more')}
      {...given}
      {...changed}
    />
  );
  const host = mount(element({}));
  const change = (changed: Partial<IRunsBodyProps>) =>
    remount(element(changed));
  return { change, host, done };
}

const rowsPage = (...rows: ReturnType<typeof makeRow>[]) => ({
  rows,
  next_page_token: ''
});

describe('RunsBody', () => {
  it('says that it is loading until it knows', () => {
    const { host } = setUp({});

    expect(host.textContent).toBe('Loading…');
  });

  it('says what to do where there are no runs', () => {
    const { host } = setUp({ page: makePage([]) });

    expect(host.textContent).toContain('%%track');
    expect(host.querySelector('[role=tree]')).toBeNull();
  });

  it('shows the error and what there was before it', () => {
    const error = {
      kind: 'Unavailable',
      message: 'no store',
      hint: 'start it'
    } as const;
    const { host } = setUp({ page: makePage(['r1']), error });

    expect(host.querySelector('[role=alert]')).toBeNull();
    expect(host.querySelector('[role=status]')?.textContent).toContain(
      'no storestart it'
    );
    expect(host.querySelector('[role=treeitem]')).not.toBeNull();
  });

  it('shows names as they are, whatever they look like', () => {
    const name = '<img src=x onerror=alert(1)>';
    const { host } = setUp({ page: rowsPage(makeRow({ name })) });

    expect(host.querySelector('.jp-mlops-Row-name')?.textContent).toBe(name);
    expect(host.querySelector('img')).toBeNull();
  });

  it('shows how a run stands by a mark and, unless all is well, by a word', () => {
    const { host } = setUp({
      page: rowsPage(
        makeRow({ run_id: 'a', status: 'FAILED' }),
        makeRow({ run_id: 'b', status: 'FINISHED' }),
        makeRow({ run_id: 'c', status: 'RUNNING', end_time: null }),
        makeRow({ run_id: 'd', status: 'KILLED' })
      )
    });
    const rows = [...host.querySelectorAll('[role=treeitem]')];

    expect(
      rows.map(row =>
        row.querySelector('[role=img]')?.getAttribute('aria-label')
      )
    ).toEqual(['Failed', 'Finished', 'Running', 'Killed']);
    const details = rows.map(row =>
      row.querySelector('.jp-mlops-Row-detail')?.textContent?.trim()
    );
    expect(details).toEqual([
      'Failed 2.5s',
      '2.5s',
      'Running 2m 0s',
      'Killed 2.5s'
    ]);
  });

  it('shows metrics that are no number', () => {
    const metrics = { loss: 'NaN', gain: '-Infinity' } as const;
    const { host } = setUp({ page: rowsPage(makeRow({ metrics })) });

    expect(host.textContent).toContain('gain = -∞ loss = NaN');
  });

  it('keeps a long name and a long value whole in their titles', () => {
    const name = 'n'.repeat(300);
    const value = 'v'.repeat(6000);
    const { host } = setUp({
      page: rowsPage(makeRow({ name, params: { p: value } }))
    });

    expect(host.querySelector(`[title="${name}"]`)).not.toBeNull();
    expect(host.querySelector(`[title="p = ${value}"]`)).not.toBeNull();
  });

  it('indents runs below the run that started them', () => {
    const { host } = setUp({
      page: rowsPage(
        makeRow({ run_id: 'child', parent_id: 'parent' }),
        makeRow({ run_id: 'parent' })
      )
    });
    const rows = [...host.querySelectorAll<HTMLElement>('[role=treeitem]')];

    expect(rows.map(row => row.dataset['id'])).toEqual(['parent', 'child']);
    expect(rows[1].getAttribute('aria-level')).toBe('2');
  });

  it('opens a run by Enter and its notebook by its button', () => {
    const { host, done } = setUp({ page: makePage(['r1', 'r2']) });
    const rows = host.querySelectorAll<HTMLElement>('[role=treeitem]');

    rows[0].focus();
    press('ArrowDown');
    press('Enter');
    click(rows[1].querySelector('[aria-label="Open notebook at the cell"]'));

    expect(done).toEqual([
      ['select', 'r2'],
      ['select', 'r2'],
      ['open', 'r2'],
      ['source', 'work/train.ipynb', 'c1']
    ]);
  });

  it('says what its button opens: a cell, a notebook, or another file, if anything', () => {
    const { host } = setUp({
      page: rowsPage(
        makeRow({ run_id: 'a' }),
        makeRow({ run_id: 'b', cell_id: '' }),
        { ...makeRow({ run_id: 'c' }), contents_path: 'work/pipeline.yaml' },
        { ...makeRow({ run_id: 'd' }), contents_path: '' }
      )
    });
    const labels = [...host.querySelectorAll('[role=treeitem] button')].map(
      button => button.getAttribute('aria-label')
    );

    expect(labels).toEqual([
      'Open notebook at the cell',
      'Open notebook',
      'Open file'
    ]);
  });

  it('offers more where there is more', () => {
    expect(
      byText(setUp({ page: makePage(['r1']) }).host, 'button', 'Show more')
    ).toBeUndefined();
    const { host, done } = setUp({ page: makePage(['r1'], 'next') });

    click(byText(host, 'button', 'Show more'));

    expect(done).toEqual(['more']);
  });

  it.each(['', 'next'])(
    'brings the focus to the first run that "Show more" brought (next page: %j)',
    next => {
      const { change, host } = setUp({ page: makePage(['r1', 'r2'], 'next') });
      const button = byText(host, 'button', 'Show more');
      button?.focus();

      click(button);
      change({ page: makePage(['r1', 'r2'], 'next'), growing: true });
      expect(document.activeElement).toBe(button);
      change({ page: makePage(['r1', 'r2', 'r3'], next), growing: true });
      change({ page: makePage(['r1', 'r2', 'r3'], next), growing: false });

      expect(focusedId()).toBe('r3');
    }
  );

  it('asks for one page more once', () => {
    const { host, done } = setUp({
      page: makePage(['r1'], 'next'),
      growing: true
    });
    const button = byText(host, 'button', 'Show more');

    click(button);

    expect(button?.getAttribute('aria-disabled')).toBe('true');
    expect(done).toEqual([]);
  });

  it('keeps the focus when a new run pushes the focused one off', () => {
    const { change, host, done } = setUp({ page: makePage(['r1', 'r2']) });
    host.querySelector<HTMLElement>('[data-id=r2]')?.focus();

    change({ page: makePage(['r0', 'r1']) });

    expect(focusedId()).toBe('r1');
    expect(done).toEqual([['select', 'r1']]);
  });

  it('leaves the focus alone that is elsewhere', () => {
    const { change, host } = setUp({ page: makePage(['r1', 'r2']) });
    const row = host.querySelector<HTMLElement>('[data-id=r2]');
    row?.focus();
    row?.blur();

    change({ page: makePage(['r0', 'r1']) });

    expect(document.activeElement).toBe(document.body);
  });
});

const focusedId = () =>
  (document.activeElement as HTMLElement | null)?.dataset['id'];
