import { refreshIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { click, mount, press, settle } from '../../__tests__/mount';
import { Tree } from '../tree';
import type { ITreeNode } from '../treeRows';

function setUp() {
  const done: string[] = [];
  const node = (id: string, children?: ITreeNode[]): ITreeNode => ({
    id,
    content: <span>{id}</span>,
    children,
    actions: [
      {
        label: `act on ${id}`,
        icon: refreshIcon,
        onClick: () => done.push(`act ${id}`)
      }
    ],
    onOpen: () => done.push(`open ${id}`)
  });
  const nodes = [node('a', [node('a1'), node('a2')]), node('b')];
  const host = mount(
    <Tree
      label="Things"
      nodes={nodes}
      onSelect={id => done.push(`select ${id}`)}
    />
  );
  const row = (id: string) =>
    host.querySelector<HTMLElement>(`[data-id="${id}"]`);
  const focused = () => (document.activeElement as HTMLElement).dataset['id'];
  const ids = () =>
    [...host.querySelectorAll<HTMLElement>('[role=treeitem]')].map(
      element => element.dataset['id']
    );
  return { done, host, row, focused, ids };
}

describe('Tree', () => {
  it('says what it is', () => {
    const { host, row } = setUp();

    expect(host.querySelector('[role=tree]')?.getAttribute('aria-label')).toBe(
      'Things'
    );
    expect(row('a2')?.getAttribute('aria-level')).toBe('2');
    expect(row('a2')?.getAttribute('aria-posinset')).toBe('2');
    expect(row('a2')?.getAttribute('aria-setsize')).toBe('2');
    expect(row('a')?.getAttribute('aria-expanded')).toBe('true');
    expect(row('b')?.hasAttribute('aria-expanded')).toBe(false);
  });

  it('has one row in the tab order, with its buttons', () => {
    const { host, row } = setUp();
    const tabbed = () =>
      [...host.querySelectorAll<HTMLElement>('[tabindex="0"]')].map(
        element => element.dataset['id'] ?? element.ariaLabel ?? element.title
      );
    expect(tabbed()).toEqual(['a', 'act on a']);

    row('a')?.focus();
    press('End');

    expect(tabbed()).toEqual(['b', 'act on b']);
  });

  it('is walked through by the arrow keys', () => {
    const { row, focused, done } = setUp();
    row('a')?.focus();

    press('ArrowDown');
    expect(focused()).toBe('a1');
    press('ArrowDown');
    press('ArrowDown');
    expect(focused()).toBe('b');
    press('ArrowDown');
    expect(focused()).toBe('b');
    press('ArrowUp');
    expect(focused()).toBe('a2');
    press('Home');
    expect(focused()).toBe('a');
    expect(done.at(-1)).toBe('select a');
    expect(done).not.toContain('open a');
  });

  it('opens and closes nodes by Left and Right', () => {
    const { row, focused, ids } = setUp();
    row('a')?.focus();
    press('ArrowRight');
    expect(focused()).toBe('a1');

    press('ArrowLeft');
    expect(focused()).toBe('a');
    press('ArrowLeft');
    expect(ids()).toEqual(['a', 'b']);
    expect(row('a')?.getAttribute('aria-expanded')).toBe('false');

    press('ArrowRight');
    expect(ids()).toEqual(['a', 'a1', 'a2', 'b']);
  });

  it('opens a row by Enter, Space and a click, and selects it', () => {
    const { row, done } = setUp();
    row('a')?.focus();

    press('Enter');
    press(' ');
    click(row('b'));

    expect(done.filter(what => what.startsWith('open'))).toEqual([
      'open a',
      'open a',
      'open b'
    ]);
    expect(row('b')?.getAttribute('aria-selected')).toBe('true');
    expect(row('a')?.getAttribute('aria-selected')).toBe('false');
  });

  it('brings the focus to the parent that is closed over it', () => {
    const { row, focused } = setUp();
    row('a2')?.focus();

    click(row('a')?.querySelector('.jp-mlops-Row-caret'));

    expect(focused()).toBe('a');
  });

  it('has the row in the tab order that has the focus', () => {
    const { host, row } = setUp();

    settle(() => row('a2')?.focus());

    expect(
      host.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.dataset[
        'id'
      ]
    ).toBe('a2');
  });

  it('leaves keys to the page that mean nothing to it', () => {
    const { row } = setUp();
    row('a')?.focus();

    expect(press('x')).toBe(false);
    expect(press('Tab')).toBe(false);
    expect(press('ArrowDown')).toBe(true);
  });

  it('acts by a button without opening the row', () => {
    const { row, done } = setUp();
    const button = row('b')?.querySelector('button');

    click(button);
    button?.focus();
    press('Enter');

    expect(done).toEqual(['act b']);
  });

  it('closes by the caret without opening the row', () => {
    const { row, done, ids } = setUp();

    click(row('a')?.querySelector('.jp-mlops-Row-caret'));

    expect(ids()).toEqual(['a', 'b']);
    expect(done).toEqual([]);
  });
});
