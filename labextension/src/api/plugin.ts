import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { DOMAIN, ILocation, IMlopsClient, IMlopsLive } from '../tokens';
import { Client } from './client';
import { Live } from './live';
import { Location } from './location';

const location: JupyterFrontEndPlugin<ILocation> = {
  id: 'jupyter-mlops:location',
  description: 'Knows which folder the user looks at.',
  provides: ILocation,
  requires: [IDocumentManager],
  optional: [IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    documents: IDocumentManager,
    fileBrowser: IDefaultFileBrowser | null
  ) =>
    new Location({
      shell: app.shell,
      contents: app.serviceManager.contents,
      documents,
      fileBrowser
    })
};

const client: JupyterFrontEndPlugin<IMlopsClient> = {
  id: 'jupyter-mlops:client',
  description: 'Asks the server for runs, pipelines and models.',
  provides: IMlopsClient,
  requires: [ILocation],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    location: ILocation,
    translator: ITranslator | null
  ) =>
    new Client({
      settings: app.serviceManager.serverSettings,
      trans: (translator ?? nullTranslator).load(DOMAIN),
      folder: () => location.folder,
      onProject: (folder, { contents_path: project }) =>
        location.place(folder, project)
    })
};

const live: JupyterFrontEndPlugin<IMlopsLive> = {
  id: 'jupyter-mlops:live',
  description: 'Tells when something changed on the server.',
  provides: IMlopsLive,
  requires: [ILocation],
  activate: (app: JupyterFrontEnd, location: ILocation) =>
    new Live({ stream: app.serviceManager.events.stream, location })
};

export const apiPlugins = [location, client, live];
