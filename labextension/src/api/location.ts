import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { FocusTracker, Widget } from '@lumino/widgets';

import type { ILocation } from '../tokens';

/** The default one, and that of documents that are edited together. */
const OUR_DRIVES = ['', 'RTC'];

export interface ILocationOptions {
  shell: JupyterFrontEnd.IShell;
  documents: IDocumentManager;
  contents: Contents.IManager;
  fileBrowser: IDefaultFileBrowser | null;
}

/**
 * The folder that the user looks at: that of the document last brought to the front, or the one last
 * opened in the file browser, whichever came later.
 */
export class Location implements ILocation, IDisposable {
  constructor({ shell, documents, contents, fileBrowser }: ILocationOptions) {
    this._documents = documents;
    this._contents = contents;
    this._folder = this._local(fileBrowser?.model.path ?? '') ?? '';
    fileBrowser?.model.pathChanged.connect(this._onPathChanged, this);
    shell.currentChanged?.connect(this._onCurrentChanged, this);
  }

  /** A path for the contents API, without its drive. */
  get folder(): string {
    return this._folder;
  }

  /** Emitted when the folder is another one. */
  get moved(): ISignal<this, void> {
    return this._moved;
  }

  /** The folder of the project that it belongs to; null until the server has said. */
  get project(): string | null {
    return this._project;
  }

  /** Emitted when the server says that the folder belongs to another project than was thought. */
  get replaced(): ISignal<this, void> {
    return this._replaced;
  }

  /** Take note of which project a folder belongs to, if the user still looks at it. */
  place(folder: string, project: string): void {
    if (folder !== this._folder || project === this._project) {
      return;
    }
    const replaced = this._project !== null;
    this._project = project;
    if (replaced) {
      this._replaced.emit();
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.clearData(this);
    }
  }

  private _onPathChanged(_: unknown, { newValue }: { newValue: string }): void {
    this._move(newValue);
  }

  private _onCurrentChanged(
    _: unknown,
    { newValue }: FocusTracker.IChangedArgs<Widget>
  ): void {
    const document = newValue && this._documents.contextForWidget(newValue);
    if (document) {
      this._move(document.path, PathExt.dirname);
    }
  }

  /** Null where the path is none of the file system that the server's projects are in. */
  private _local(path: string): string | null {
    return OUR_DRIVES.includes(this._contents.driveName(path))
      ? this._contents.localPath(path)
      : null;
  }

  private _move(path: string, folderOf = (local: string) => local): void {
    const local = this._local(path);
    const folder = local === null ? this._folder : folderOf(local);
    if (folder !== this._folder) {
      this._folder = folder;
      if (this._project !== null && !isBelow(folder, this._project)) {
        this._project = null;
      }
      this._moved.emit();
    }
  }

  private _contents: Contents.IManager;
  private _documents: IDocumentManager;
  private _folder: string;
  private _isDisposed = false;
  private _moved = new Signal<this, void>(this);
  private _project: string | null = null;
  private _replaced = new Signal<this, void>(this);
}

/** Whether a folder is another one or lies in it; paths as the contents API has them. */
export function isBelow(folder: string, other: string): boolean {
  return other === '' || folder === other || folder.startsWith(`${other}/`);
}
