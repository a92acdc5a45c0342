import { PolledPage } from '../api/polledPage';
import type { IMlopsClient, IMlopsLive, InFolder } from '../tokens';
import type { ModelsPage } from '../wire';

/** The project's registered models. */
export class RegistryModel extends PolledPage<InFolder<ModelsPage>> {
  constructor(client: IMlopsClient, live: IMlopsLive) {
    super({
      what: 'models',
      live,
      fetch: async signal => {
        const { folder } = client;
        return { ...(await client.models({ folder, signal })), folder };
      }
    });
  }
}
