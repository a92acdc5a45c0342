import { LabIcon } from '@jupyterlab/ui-components';

/** The mark of the extension: measured points, and the line that they make. */
export const mlopsIcon = new LabIcon({
  name: 'jupyter-mlops:mlops',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M4.7 18.7 3.3 17.3 9 11.6l4 4 6.6-8.8 1.6 1.2-8 10.6L9 14.4z"/>
    <circle cx="4" cy="18" r="2.5"/>
    <circle cx="9" cy="13" r="2.5"/>
    <circle cx="13.1" cy="17" r="2.5"/>
    <circle cx="20.3" cy="7.2" r="2.9"/>
    <path d="M3 3h8v2H3zm0 4h5v2H3z"/>
  </g>
</svg>`
});
