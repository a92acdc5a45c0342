import {
  MimeModel,
  RenderMimeRegistry,
  standardRendererFactories
} from '@jupyterlab/rendermime';
import { ContentsManager } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { byText, click } from '../../__tests__/mount';
import { Server } from '../../__tests__/server';
import { RUN_CARD_MIME } from '../../tokens';
import { RunCardRenderer } from '../panel';
import { runCardFactory, RUN_CARD_RANK } from '../plugin';

const CARD = {
  run_key: 'k1',
  name: '<img src=x onerror=alert(1)>',
  experiment: 'quickstart',
  status: 'RUNNING',
  start_time: 1,
  duration: null,
  params: { seed: '42' },
  metrics: {},
  exception: ''
};

async function setUp(card: unknown) {
  const shown: unknown[] = [];
  const { settings } = new Server(() => ({}));
  const registry = new RenderMimeRegistry({
    resolver: new RenderMimeRegistry.UrlResolver({
      path: 'RTC:one/train.ipynb',
      contents: new ContentsManager({ serverSettings: settings })
    }),
    initialFactories: standardRendererFactories
  });
  registry.addFactory(
    runCardFactory({
      trans: nullTranslator.load('test'),
      onShow: (key, notebook) => shown.push([key, notebook])
    }),
    RUN_CARD_RANK
  );
  const model = new MimeModel({
    data: {
      [RUN_CARD_MIME]: card as never,
      'text/html': '<b>html</b>',
      'text/plain': 'plain'
    }
  });
  const mimeType = registry.preferredMimeType(model.data, 'ensure');
  const renderer = registry.createRenderer(mimeType ?? '');
  const render = async (next: MimeModel) => {
    await renderer.renderModel(next);
    MessageLoop.flush();
    await (renderer as RunCardRenderer).renderPromise;
  };
  Widget.attach(renderer, document.body);
  await render(model);
  return { mimeType, renderer, render, shown };
}

describe('RunCardRenderer', () => {
  it('is preferred to HTML, even in a notebook that is not trusted', async () => {
    const { mimeType, renderer } = await setUp(CARD);

    expect(mimeType).toBe(RUN_CARD_MIME);
    expect(renderer).toBeInstanceOf(RunCardRenderer);
  });

  it('shows the run, names as text', async () => {
    const { renderer } = await setUp(CARD);

    expect(renderer.node.textContent).toContain(CARD.name);
    expect(renderer.node.textContent).toContain('Running');
    expect(renderer.node.textContent).toContain('seed 42');
    expect(renderer.node.querySelector('img')).toBeNull();
  });

  it('follows the updates that the kernel sends', async () => {
    const { renderer, render } = await setUp(CARD);

    await render(
      new MimeModel({
        data: {
          [RUN_CARD_MIME]: {
            ...CARD,
            status: 'FAILED',
            duration: 3.2,
            metrics: { auc: 0.99437, loss: 'NaN' },
            exception: '\u001b[31mValueError\u001b[0m: <b>no</b>'
          }
        }
      })
    );

    const text = renderer.node.textContent;
    expect(text).toContain('Failed');
    expect(text).toContain('3.2s');
    expect(text).toContain('auc 0.9944');
    expect(text).toContain('loss NaN');
    expect(text).toContain('ValueError: <b>no</b>');
    expect(renderer.node.querySelector('b')).toBeNull();
  });

  it('leads to the run by its key, in the project of its notebook', async () => {
    const { renderer, shown } = await setUp(CARD);

    click(byText(renderer.node, 'button', 'Show run'));

    expect(shown).toEqual([['k1', 'RTC:one/train.ipynb']]);
  });

  it('says so where the data is no card', async () => {
    const { renderer } = await setUp({ surprise: true });

    expect(renderer.node.textContent).toContain('cannot be read');
  });

  it('takes its card along when it is disposed of', async () => {
    const { renderer } = await setUp(CARD);

    renderer.dispose();

    expect(document.body.contains(renderer.node)).toBe(false);
  });
});
