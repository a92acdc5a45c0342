import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React, { useId } from 'react';

import type { IRow, ITreeAction } from './treeRows';

export interface ITreeRowProps {
  row: IRow;
  selected: boolean;
  /** Whether Tab stops here. */
  tabbed: boolean;
  onOpen(): void;
  onToggle(): void;
  /** Returns whether the key meant something. */
  onKey(key: string): boolean;
}

/** One row of a tree. */
export function TreeRow(props: ITreeRowProps): JSX.Element {
  const { row, selected, tabbed } = props;
  const { node, level, expanded } = row;
  const contentId = useId();
  const keyDown = (event: React.KeyboardEvent) => {
    // A button in the row has keys of its own; so has the browser.
    const ours = event.target === event.currentTarget;
    const plain = !event.altKey && !event.ctrlKey && !event.metaKey;
    if (ours && plain && props.onKey(event.key)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <div
      className="jp-mlops-Row"
      role="treeitem"
      tabIndex={tabbed ? 0 : -1}
      aria-labelledby={contentId}
      aria-level={level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={expanded}
      aria-selected={selected}
      data-id={node.id}
      style={{ '--jp-mlops-level': level - 1 } as React.CSSProperties}
      onClick={props.onOpen}
      onKeyDown={keyDown}
    >
      <Caret expanded={expanded} onToggle={props.onToggle} />
      <div className="jp-mlops-Row-content" id={contentId}>
        {node.content}
      </div>
      {node.actions && (
        <div className="jp-mlops-Row-actions">
          {node.actions.map(action => (
            <Action key={action.label} action={action} tabbed={tabbed} />
          ))}
        </div>
      )}
    </div>
  );
}

interface ICaretProps {
  expanded: boolean | undefined;
  onToggle(): void;
}

/** Opens and closes with the mouse; the keyboard has Left and Right on the row. */
function Caret({ expanded, onToggle }: ICaretProps): JSX.Element {
  const toggle = (event: React.MouseEvent) => {
    event.stopPropagation();
    onToggle();
  };
  if (expanded === undefined) {
    return <span className="jp-mlops-Row-caret" />;
  }
  const icon = expanded ? caretDownIcon : caretRightIcon;
  return (
    <span className="jp-mlops-Row-caret" aria-hidden="true" onClick={toggle}>
      <icon.react tag={null} />
    </span>
  );
}

interface IActionProps {
  action: ITreeAction;
  tabbed: boolean;
}

function Action({ action, tabbed }: IActionProps): JSX.Element {
  const click = (event: React.MouseEvent) => {
    event.stopPropagation();
    action.onClick();
  };
  return (
    <button
      type="button"
      className="jp-mlops-IconButton"
      tabIndex={tabbed ? 0 : -1}
      title={action.label}
      aria-label={action.label}
      onClick={click}
    >
      <action.icon.react tag={null} />
    </button>
  );
}
