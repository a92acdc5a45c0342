import { PolledPage } from '../../api/polledPage';
import type { IMlopsClient, IMlopsLive } from '../../tokens';
import type { RunDetails } from '../../wire';

/** Our key of a run, given to it before a store knew it: `RunKey` of jupyter_mlops/runs/run.py. */
const RUN_KEY_TAG = 'mlops.run_key';

export interface IRunDetailsModelOptions {
  /** The run's id or its key. */
  run: string;
  client: IMlopsClient;
  live: IMlopsLive;
}

/** All about one run. */
export class RunDetailsModel extends PolledPage<RunDetails> {
  constructor({ run, client, live }: IRunDetailsModelOptions) {
    super({ what: 'runs', live, fetch: () => client.run(run) });
    this.run = run;
  }

  /** The id or the key that the run was asked for by. */
  readonly run: string;

  /** Whether `run`, an id or a key, names this run. */
  isAbout(run: string): boolean {
    const known = this.page?.row.run;
    return [this.run, known?.run_id, known?.tags[RUN_KEY_TAG]].includes(run);
  }
}
