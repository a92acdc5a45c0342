import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, SidePanel, UseSignal } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import { DisposableDelegate } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import type { AccordionPanel, Widget } from '@lumino/widgets';
import React from 'react';

import type { IMlopsSidebar, ISection } from '../tokens';
import { mlopsIcon } from '../ui/icon';
import type { ProjectPage } from '../wire';
import { ProjectHeading } from './body';
import type { ClosedSections } from './model';

export interface ISidebarOptions {
  closedSections: ClosedSections;
  project: {
    readonly page: ProjectPage | null;
    readonly changed: ISignal<unknown, void>;
    active: boolean;
  };
  trans: TranslationBundle;
  /** Brings the sidebar to the front. */
  activate(id: string): void;
}

/** The sidebar: the project's name, and below it the sections that the features add. */
export class Sidebar extends SidePanel implements IMlopsSidebar {
  constructor(private _options: ISidebarOptions) {
    super();
    const { project, trans } = _options;
    this.id = 'jupyter-mlops-sidebar';
    this.addClass('jp-mlops-Sidebar');
    this.title.icon = mlopsIcon;
    this.title.caption = trans.__('MLOps');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('MLOps'));
    this.content.node.setAttribute('aria-label', trans.__('MLOps sections'));
    const heading = ReactWidget.create(
      <UseSignal signal={project.changed}>
        {() => <ProjectHeading project={project.page} trans={trans} />}
      </UseSignal>
    );
    this.header.addWidget(heading);
    this._accordion.expansionToggled.connect(this._onToggled, this);
    this._restored = this._restore();
  }

  /** Resolves when the sections are open or closed as the user left them. */
  get restored(): Promise<void> {
    return this._restored;
  }

  addSection(section: ISection): IDisposable {
    const before = this._sections.findIndex(({ rank }) => rank > section.rank);
    const index = before < 0 ? this._sections.length : before;
    this._sections.splice(index, 0, section);
    this.insertWidget(index, section.widget);
    this._close(section.widget, this._closed.has(section.id));
    this._accordion.setRelativeSizes(
      this._sections.map(({ weight }) => weight)
    );
    return new DisposableDelegate(() => {
      this._sections = this._sections.filter(other => other !== section);
      section.widget.parent = null;
    });
  }

  showSection(id: string): void {
    this._options.activate(this.id);
    const index = this._sections.findIndex(section => section.id === id);
    if (index >= 0) {
      this._accordion.expand(index);
      this._accordion.titles[index].focus();
    }
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._options.project.active = this.isVisible;
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._options.project.active = true;
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._options.project.active = false;
  }

  private get _accordion(): AccordionPanel {
    return this.content as AccordionPanel;
  }

  private async _restore(): Promise<void> {
    const closed = await this._options.closedSections.load();
    this._closed = closed;
    this._sections.forEach(({ id, widget }) => {
      this._close(widget, closed.has(id));
    });
  }

  private _close(widget: Widget, closed: boolean): void {
    const index = this.widgets.indexOf(widget);
    this._restoring = true;
    if (closed) {
      this._accordion.collapse(index);
    } else {
      this._accordion.expand(index);
    }
    this._restoring = false;
  }

  private _onToggled(): void {
    if (this._restoring) {
      return;
    }
    const closed = this._sections.filter(({ widget }) => widget.isHidden);
    this._closed = new Set(closed.map(({ id }) => id));
    void this._options.closedSections.save([...this._closed]);
  }

  private _closed: ReadonlySet<string> = new Set();
  private _restored: Promise<void>;
  private _restoring = false;
  private _sections: ISection[] = [];
}
