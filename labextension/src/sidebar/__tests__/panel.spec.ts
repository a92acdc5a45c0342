import { nullTranslator } from '@jupyterlab/translation';
import type { AccordionPanel } from '@lumino/widgets';
import { Widget } from '@lumino/widgets';

import { Announcements } from '../../__tests__/server';
import { PolledPage } from '../../api/polledPage';
import { RequestError } from '../../api/request';
import type { ProjectPage } from '../../wire';
import { Sidebar } from '../panel';

const PROJECT: ProjectPage = {
  version: '0.1.0',
  name: 'breast-cancer',
  contents_path: 'work',
  store: 'sqlite:///mlflow.db'
};

function setUp(answer: () => ProjectPage = () => PROJECT) {
  const activated: string[] = [];
  const project = new PolledPage({
    what: 'project',
    live: new Announcements(),
    fetch: async () => answer()
  });
  const sidebar = new Sidebar({
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
  return { accordion, activated, add, ids, open, project, sidebar };
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

  it('gives each section its share of the height', () => {
    const { accordion, sidebar } = setUp();
    for (const [id, weight] of Object.entries({ runs: 2, models: 1 })) {
      sidebar.addSection({ id, rank: 1, weight, widget: new Widget() });
    }

    expect(accordion.relativeSizes()).toEqual([2 / 3, 1 / 3]);
  });

  it('comes to the front with the section that is asked for open', () => {
    const { accordion, activated, add, open, sidebar } = setUp();
    add('runs', 100);
    add('models', 200);
    accordion.collapse(0);

    sidebar.showSection('runs');

    expect(activated).toEqual(['jupyter-mlops-sidebar']);
    expect(open()).toEqual(['runs', 'models']);
  });

  it('reads out at once why it cannot show a project', async () => {
    const { project, sidebar } = setUp(() => {
      throw new RequestError({
        kind: 'Invalid',
        message: 'experimnt: no such setting',
        hint: 'write experiment'
      });
    });

    Widget.attach(sidebar, document.body);

    await vi.waitFor(() => {
      expect(sidebar.node.querySelector('[role=alert]')?.textContent).toContain(
        'experimnt'
      );
    });
    sidebar.dispose();
    project.dispose();
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
