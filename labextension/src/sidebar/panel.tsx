import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, SidePanel, UseSignal } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import { DisposableDelegate } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import type { AccordionPanel } from '@lumino/widgets';
import React from 'react';

import type { IMlopsSidebar, ISection } from '../tokens';
import { mlopsIcon } from '../ui/icon';
import type { ErrorPage, ProjectPage } from '../wire';
import { ProjectHeading } from './body';

export interface ISidebarOptions {
  project: {
    readonly page: ProjectPage | null;
    readonly error: ErrorPage | null;
    readonly changed: ISignal<unknown, void>;
    active: boolean;
  };
  trans: TranslationBundle;
  /** Brings the sidebar to the front. */
  activate(id: string): void;
}

/**
 * The sidebar: the project's name, and below it the sections that the features add.
 *
 * The Lab itself remembers, with the layout, how high each is and which are closed.
 */
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
        {() => (
          <ProjectHeading
            project={project.page}
            error={project.error}
            trans={trans}
          />
        )}
      </UseSignal>
    );
    heading.addClass('jp-mlops-Heading');
    this.header.addWidget(heading);
  }

  addSection(section: ISection): IDisposable {
    const before = this._sections.findIndex(({ rank }) => rank > section.rank);
    const index = before < 0 ? this._sections.length : before;
    this._sections.splice(index, 0, section);
    this.insertWidget(index, section.widget);
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

  private _sections: ISection[] = [];
}
