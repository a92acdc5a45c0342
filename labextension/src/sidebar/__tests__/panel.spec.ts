import { StateDB } from '@jupyterlab/statedb';
import { nullTranslator } from '@jupyterlab/translation';
import type { AccordionPanel } from '@lumino/widgets';
import { Widget } from '@lumino/widgets';

import { Announcements } from '../../__tests__/server';
import { PolledPage } from '../../api/polledPage';
import type { ProjectPage } from '../../wire';
import { ClosedSections } from '../model';
import { Sidebar } from '../panel';

const PROJECT: ProjectPage = {
  version: '0.1.0',
  name: 'breast-cancer',
  contents_path: 'work',
  store: 'sqlite:///mlflow.db'
};

function setUp(stateDB = new StateDB()) {
  const activated: string[] = [];
  const project = new PolledPage({
    what: 'project',
    live: new Announcements(),
    fetch: async () => PROJECT
  });
  const sidebar = new Sidebar({
    closedSections: new ClosedSections(stateDB),
    project,
    trans: nullTranslator.load('test'),
    activate: id => activated.push(id)
  });
  const add = (id: string, rank: number) => {
    const widget = new Widget();
    widget.id = id;
    widget.title.label = id;
    return sidebar.addSection({ id, rank, weight: 1, widget });
  };
  const ids = () => sidebar.widgets.map(({ id }) => id);
  const open = () =>
    sidebar.widgets.filter(({ isHidden }) => !isHidden).map(({ id }) => id);
  const accordion = sidebar.content as AccordionPanel;
  return { accordion, activated, add, ids, open, project, sidebar, stateDB };
}

describe('Sidebar', () => {
  it('is a region that says what it is', () => {
    const { sidebar } = setUp();

    expect(sidebar.node.getAttribute('role')).toBe('region');
    expect(sidebar.node.getAttribute('aria-label')).toBe('MLOps');
    expect(sidebar.title.caption).toBe('MLOps');
  });

  it('orders sections by rank, whoever comes first, and lets them go', () => {
    const { add, ids } = setUp();

    add('models', 300);
    const runs = add('runs', 100);
    add('pipelines', 200);
    expect(ids()).toEqual(['runs', 'pipelines', 'models']);

    runs.dispose();
    expect(ids()).toEqual(['pipelines', 'models']);
  });

  it('leaves sections open or closed as the user left them', async () => {
    const first = setUp();
    first.add('runs', 100);
    first.add('models', 200);
    await first.sidebar.restored;
    first.accordion.collapse(1);
    expect(first.open()).toEqual(['runs']);
    await vi.waitFor(async () => {
      expect(await first.stateDB.list('jupyter-mlops')).toMatchObject({
        values: [['models']]
      });
    });

    const second = setUp(first.stateDB);
    second.add('models', 200);
    await second.sidebar.restored;
    second.add('runs', 100);

    expect(second.open()).toEqual(['runs']);
  });

  it('comes to the front with the section that is asked for open', async () => {
    const { accordion, activated, add, open, sidebar } = setUp();
    add('runs', 100);
    add('models', 200);
    await sidebar.restored;
    accordion.collapse(0);

    sidebar.showSection('runs');

    expect(activated).toEqual(['jupyter-mlops-sidebar']);
    expect(open()).toEqual(['runs', 'models']);
  });

  it('asks which project it shows only while it is seen', async () => {
    const { project, sidebar } = setUp();
    expect(project.active).toBe(false);

    Widget.attach(sidebar, document.body);
    expect(project.active).toBe(true);
    await vi.waitFor(() => {
      expect(sidebar.node.querySelector('h2')?.textContent).toBe(PROJECT.name);
    });

    sidebar.hide();
    expect(project.active).toBe(false);
    sidebar.dispose();
    project.dispose();
  });
});
