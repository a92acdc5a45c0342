import schema from '../../schema/plugin.json';
import plugins from '../index';
import { CommandIDs, PLUGIN_ID } from '../tokens';

describe('the extension', () => {
  it('has plugins that say what they do, each with an id of its own', () => {
    const ids = plugins.map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter(id => !id.startsWith('jupyter-mlops:'))).toEqual([]);
    expect(plugins.filter(({ description }) => !description)).toEqual([]);
    expect(ids).toContain(PLUGIN_ID);
  });

  it('binds keys and menu entries to commands that there are', () => {
    const known: string[] = Object.values(CommandIDs);
    const menus = schema['jupyter.lab.menus'].main.flatMap(({ items }) =>
      items.flatMap(({ submenu }) => submenu.items)
    );
    const bound = [...menus, ...schema['jupyter.lab.shortcuts']].map(
      ({ command }) => command
    );

    expect(bound.length).toBeGreaterThan(3);
    expect(bound.filter(command => !known.includes(command))).toEqual([]);
  });
});
