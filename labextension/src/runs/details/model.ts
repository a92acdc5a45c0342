import { isBelow } from '../../api/location';
import { PolledPage } from '../../api/polledPage';
import type { IChange, IMlopsClient, IMlopsLive } from '../../tokens';
import type { RunDetails } from '../../wire';

/** Our key of a run, given to it before a store knew it: `RunKey` of jupyter_mlops/runs/run.py. */
const RUN_KEY_TAG = 'mlops.run_key';

export interface IRunDetailsModelOptions {
  /** The run's id or its key. */
  run: string;
  /** A folder of the run's project, wherever the user looks meanwhile. */
  folder: string;
  client: IMlopsClient;
  live: IMlopsLive;
}

/** All about one run. */
export class RunDetailsModel extends PolledPage<RunDetails> {
  constructor({ run, folder, client, live }: IRunDetailsModelOptions) {
    super({
      what: 'runs',
      live,
      fetch: signal => client.run(run, { folder, signal })
    });
    this.run = run;
    this.folder = folder;
  }

  /** The id or the key that the run was asked for by. */
  readonly run: string;

  readonly folder: string;

  /** Whether `run`, an id or a key, names this run: a copied project has the same ids. */
  isAbout(run: string, folder: string): boolean {
    const known = this.page?.row.run;
    const names = [this.run, known?.run_id, known?.tags[RUN_KEY_TAG]];
    return folder === this.folder && names.includes(run);
  }

  /** The tab stays with its project wherever the user looks. */
  protected override concerns(change: IChange): boolean {
    const { what, moved, elsewhere } = change;
    const ours = elsewhere === undefined || isBelow(this.folder, elsewhere);
    return what === 'runs' && !moved && ours;
  }
}
