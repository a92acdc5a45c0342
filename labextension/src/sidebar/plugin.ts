import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { PolledPage } from '../api/polledPage';
import {
  DOMAIN,
  IMlopsClient,
  IMlopsLive,
  IMlopsSidebar,
  PLUGIN_ID
} from '../tokens';
import { Sidebar } from './panel';

/** After the file browser, the running sessions, the table of contents and the extensions' own. */
const RANK = 600;

export const sidebarPlugin: JupyterFrontEndPlugin<IMlopsSidebar> = {
  id: PLUGIN_ID,
  description: 'Adds the MLOps sidebar, its shortcuts and its menu entries.',
  autoStart: true,
  provides: IMlopsSidebar,
  requires: [IMlopsClient, IMlopsLive],
  optional: [ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    client: IMlopsClient,
    live: IMlopsLive,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ) => {
    const sidebar = new Sidebar({
      project: new PolledPage({
        what: 'project',
        live,
        fetch: signal => client.project({ signal })
      }),
      trans: (translator ?? nullTranslator).load(DOMAIN),
      activate: id => app.shell.activateById(id)
    });
    restorer?.add(sidebar, sidebar.id);
    app.shell.add(sidebar, 'left', { rank: RANK, type: 'MLOps' });
    return sidebar;
  }
};
