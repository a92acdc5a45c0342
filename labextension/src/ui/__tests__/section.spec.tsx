import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import React from 'react';

import { Section } from '../section';

function setUp() {
  let refreshed = 0;
  let text = 'old';
  const model = {
    active: false,
    changed: new Signal<object, void>({}),
    refresh: async () => {
      refreshed += 1;
    }
  };
  const section = new Section({
    id: 'things',
    label: 'Things',
    refreshLabel: 'Refresh things',
    model,
    trans: nullTranslator.load('test'),
    render: () => <p>{text}</p>
  });
  const say = (next: string) => {
    text = next;
    model.changed.emit();
  };
  return { model, refreshed: () => refreshed, say, section };
}

describe('Section', () => {
  it('lets its model rest while nobody sees it', () => {
    const { model, section } = setUp();

    Widget.attach(section, document.body);
    expect(model.active).toBe(true);
    section.hide();
    expect(model.active).toBe(false);
    section.show();
    expect(model.active).toBe(true);
    Widget.detach(section);
    expect(model.active).toBe(false);
  });

  it('shows what its model says, until it is disposed of', async () => {
    const { model, section, say } = setUp();
    Widget.attach(section, document.body);
    await vi.waitFor(() => expect(section.node.textContent).toBe('old'));

    say('new');
    await vi.waitFor(() => expect(section.node.textContent).toBe('new'));

    section.dispose();
    say('late');
    expect(section.node.textContent).not.toContain('late');
    expect(model.active).toBe(false);
  });

  it('refreshes by its button', async () => {
    const { refreshed, section } = setUp();
    Widget.attach(section.toolbar, document.body);
    const button = () =>
      section.toolbar.node.querySelector<HTMLElement>(
        '[title="Refresh things"]'
      );
    await vi.waitFor(() => expect(button()).not.toBeNull());

    button()?.click();

    expect(refreshed()).toBe(1);
  });
});
