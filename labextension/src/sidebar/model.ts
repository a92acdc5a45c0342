import type { IStateDB } from '@jupyterlab/statedb';

const KEY = 'jupyter-mlops:closed-sections';

/** Remembers, with the workspace, which sections of the sidebar the user has closed. */
export class ClosedSections {
  constructor(private _stateDB: IStateDB | null) {}

  /** Which sections are closed; by default none. */
  async load(): Promise<ReadonlySet<string>> {
    const saved = await this._stateDB?.fetch(KEY);
    return new Set(
      Array.isArray(saved)
        ? saved.filter((id): id is string => typeof id === 'string')
        : []
    );
  }

  async save(closed: readonly string[]): Promise<void> {
    await this._stateDB?.save(KEY, [...closed]);
  }
}
