// What JupyterLab's packages need at import time and jsdom does not have.
globalThis.DragEvent ??= class DragEvent extends MouseEvent {};
class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
}
globalThis.ResizeObserver ??= Observer;
globalThis.IntersectionObserver ??= Observer; // @jupyterlab/notebook extends it
globalThis.requestIdleCallback ??= callback => setTimeout(callback, 0);
globalThis.cancelIdleCallback ??= handle => clearTimeout(handle);
window.matchMedia ??= media => ({
  media,
  matches: false,
  addEventListener() {},
  removeEventListener() {},
  addListener() {},
  removeListener() {}
});
// @jupyterlab/apputils says on the console that it is missing.
if (!navigator.clipboard) {
  Object.defineProperty(navigator, 'clipboard', { value: {} });
}
