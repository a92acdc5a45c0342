import { PolledPage } from '../api/polledPage';
import type { IMlopsClient, IMlopsLive } from '../tokens';
import type { ModelsPage } from '../wire';

/** The project's registered models. */
export class RegistryModel extends PolledPage<ModelsPage> {
  constructor(client: IMlopsClient, live: IMlopsLive) {
    super({ what: 'models', live, fetch: () => client.models() });
  }
}
