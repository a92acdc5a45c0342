import type { ReactElement } from 'react';
import { act } from 'react';
import type { Root } from 'react-dom/client';
import { createRoot } from 'react-dom/client';

const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };

let root: Root | null = null;

/**
 * Do something and let React finish what comes of it.
 *
 * Only meanwhile is React told that it is tested: it would complain of all that Lumino makes it draw.
 */
export function settle(what: () => void): void {
  environment.IS_REACT_ACT_ENVIRONMENT = true;
  act(what);
  environment.IS_REACT_ACT_ENVIRONMENT = false;
}

/** Render into the document; what was rendered before is gone. */
export function mount(element: ReactElement): HTMLElement {
  const host = document.createElement('div');
  document.body.replaceChildren(host);
  root = createRoot(host);
  remount(element);
  return host;
}

/** Render something else where there was something before. */
export function remount(element: ReactElement): void {
  settle(() => root?.render(element));
}

/** Press a key where the focus is; returns whether the page made use of it. */
export function press(key: string): boolean {
  const event = new KeyboardEvent('keydown', {
    key,
    bubbles: true,
    cancelable: true
  });
  settle(() => document.activeElement?.dispatchEvent(event));
  return event.defaultPrevented;
}

export function click(element: Element | null | undefined): void {
  settle(() =>
    element?.dispatchEvent(new MouseEvent('click', { bubbles: true }))
  );
}

/** Find the first element of a kind that says a text. */
export function byText(
  host: ParentNode,
  selector: string,
  text: string
): HTMLElement | undefined {
  return [...host.querySelectorAll<HTMLElement>(selector)].find(element =>
    element.textContent?.includes(text)
  );
}
