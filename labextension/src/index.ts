import { apiPlugins } from './api/plugin';
import { cellsPlugin } from './cells/plugin';
import { pipelinesPlugin } from './pipelines/plugin';
import { registryPlugin } from './registry/plugin';
import { runsPlugin } from './runs/plugin';
import { sidebarPlugin } from './sidebar/plugin';

export default [
  ...apiPlugins,
  sidebarPlugin,
  runsPlugin,
  pipelinesPlugin,
  registryPlugin,
  cellsPlugin
];
