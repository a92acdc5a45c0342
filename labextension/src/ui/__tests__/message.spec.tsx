import { nullTranslator } from '@jupyterlab/translation';
import React from 'react';

import { click, mount } from '../../__tests__/mount';
import { Failure } from '../message';

const trans = nullTranslator.load('test');

describe('Failure', () => {
  it('says what happened and what to do, as text', () => {
    const host = mount(
      <Failure
        error={{ kind: 'Invalid', message: '<b>bad</b>', hint: 'do this' }}
        trans={trans}
      />
    );

    expect(host.querySelector('[role=alert]')?.textContent).toContain(
      '<b>bad</b>'
    );
    expect(host.textContent).toContain('do this');
    expect(host.querySelector('b')).toBeNull();
  });

  it('copies both', () => {
    const copied: string[] = [];
    // What a browser does on the command, and jsdom does not.
    document.execCommand = () => {
      const clipboardData = {
        setData: (_: string, data: string) => void copied.push(data)
      };
      const event = new Event('copy', { bubbles: true });
      return document.body.dispatchEvent(
        Object.assign(event, { clipboardData })
      );
    };
    const host = mount(
      <Failure
        error={{ kind: 'Invalid', message: 'bad', hint: 'do this' }}
        trans={trans}
      />
    );

    click(host.querySelector('button'));

    expect(copied).toEqual(['bad\ndo this']);
  });
});
