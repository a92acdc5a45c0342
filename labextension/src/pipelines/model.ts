import { PolledPage } from '../api/polledPage';
import type { IMlopsClient, IMlopsLive } from '../tokens';
import type { PipelinesPage } from '../wire';

/** The project's pipelines. */
export class PipelinesModel extends PolledPage<PipelinesPage> {
  constructor(client: IMlopsClient, live: IMlopsLive) {
    super({
      what: 'pipelines',
      live,
      fetch: signal => client.pipelines({ signal })
    });
  }
}
