/** @file /explore: what the network does, figure by figure. Numbers and pictures come from explore/main.ts. */
import { html } from 'hono/html';
import { models, network } from './explore-network.ts';
import { layout, type Markup } from './layout.ts';
import { choice, panel, thumbnails } from './parts.ts';

const numbers = (text: string) => text.split(' ').map((value) => [value, value] as const);

const PARTS = [
  ['tensor', 'A picture is a tensor'],
  ['convolution', 'A kernel slides over it'],
  ['pooling', 'Pooling keeps the strongest'],
  ['network', 'TinyVGG, layer by layer'],
  ['models', 'Three models, one picture'],
] as const;

const tray = (): Markup => html`<div class="tray" role="region" aria-label="Your picture">
<div class="thumbnails">${thumbnails()}</div>
<div class="sources"><label class="button"><input type="file" accept="image/*" id="file">Your photo</label>
<button type="button" class="button" id="camera" aria-pressed="false">Camera</button></div>
<p class="verdict" id="verdict" role="status">&nbsp;</p>
</div>`;

const hero = (): Markup => html`<section class="hero">
<h1>See a convolution happen</h1>
<p class="lede">A network of 7,740 numbers looks at a picture of a garment and says what it is. Nothing in it is hidden here: pick a
picture, point at a pixel, change a weight. Every figure computes on this device, with the network's own weights.</p>
<noscript><p class="noscript">The figures on this page compute in the browser and need JavaScript. The text stands without it, and so does the
<a href="/docs">API</a>. This is one of them:</p>
<img src="/examples/explorer.png" alt="Every feature map of the network for a sneaker, one row a layer, and one of them taken apart" width="1264" height="1043"></noscript>
<nav class="contents" aria-label="On this page"><ol>${PARTS.map(
  ([id, title]) =>
    html`<li><a href="#${id}"><canvas width="28" height="28" data-part="${id}"></canvas><span>${title}</span></a></li>`,
)}</ol></nav>
</section>`;

const tensor = (): Markup => html`<section id="tensor" class="part">
<h2><span>1</span> A picture is a tensor</h2>
<div class="prose"><p>To the network a picture is a block of numbers with three sizes: channels, height and width. Its own pictures are
small, 28 × 28 pixels, and grey, so they have one channel: 0 is black, 1 is white, and the garment lies bright on black. A
photo in colour has three channels, one each for red, green and blue, stored one behind the other.</p></div>
<div class="figure">
<div class="controls">${choice(
  'view',
  'Show',
  [
    ['network', 'what the network sees'],
    ['colour', 'the picture in colour'],
  ],
  'network',
)}</div>
<div class="panels tensor-panels">
${panel('tensor-picture', 'The picture')}
<div class="numbers"><div class="panel channels" id="channels" hidden><h3>Its channels, apart</h3><div><canvas></canvas><canvas></canvas><canvas></canvas></div></div>
<div class="panel" id="tensor-numbers"><h3>The numbers there</h3><div class="cells"></div></div></div>
</div>
<dl class="facts" id="tensor-facts"></dl>
</div>
</section>`;

const convolution = (): Markup => html`<section id="convolution" class="part">
<h2><span>2</span> A kernel slides over it</h2>
<div class="prose"><p>A convolution looks through a small window. Each pixel in the window is multiplied by the weight that lies over
it, the products are added up, and the sum becomes one pixel of the result. Then the window moves on. Which weights it
uses decides what it sees: a blur, an edge, or what training found to be of use.</p>
<p>Point at a pixel to see its sum. Drag a weight sideways, or type, to change it.</p></div>
<div class="figure">
<div class="kernel-choice">
<div class="presets" id="presets" role="group" aria-label="Kernels known by name"></div>
<div class="learned"><p id="learned-title">Learned by the network: <label>layer <select id="learned-layer"></select></label></p>
<canvas id="learned"></canvas><p class="note" id="learned-note"></p></div>
</div>
<div class="controls">
${choice('size', 'Kernel size', numbers('1 3 5 7'), '3')}
${choice('stride', 'Stride', numbers('1 2 3'), '1')}
${choice('padding', 'Padding', numbers('0 1 2 3'), '1')}
${choice(
  'source',
  'On',
  [
    ['network', '28 × 28'],
    ['photo', 'the photo, grey'],
  ],
  'network',
)}
<label class="field">Bias <input type="number" id="bias" step="0.1" value="0"></label>
<button type="button" class="button" id="slide" aria-pressed="false">Slide</button>
</div>
<div class="panels convolution-panels">
${panel('convolution-input', 'Input')}
<div class="panel middle"><h3>Kernel</h3><div class="weights" id="weights" role="group" aria-label="Weights of the kernel"></div>
<p class="note" id="kernel-note"></p>
<h3 id="sum-title">The sum</h3><div class="products" id="products" role="group" aria-labelledby="sum-title"></div>
<p class="equation" id="sum"></p></div>
${panel('convolution-output', 'Output')}
</div>
<p class="formula" id="convolution-shape"></p>
</div>
</section>`;

const pooling = (): Markup => html`<section id="pooling" class="part">
<h2><span>3</span> Pooling keeps the strongest</h2>
<div class="prose"><p>Max pooling has no weights. It too looks through a window, and hands on the largest number that it finds: whether
a feature is there stays, where exactly it is goes. A picture of a quarter of the pixels is left.</p></div>
<div class="figure">
<div class="controls">
${choice(
  'pool-size',
  'Window',
  [
    ['2', '2 × 2'],
    ['3', '3 × 3'],
  ],
  '2',
)}
${choice('pool-stride', 'Stride', numbers('1 2 3'), '2')}
<label class="field">Of <select id="pool-map"></select></label>
<div class="steps"><button type="button" class="button" id="pool-back" aria-label="One window back">‹</button><button
 type="button" class="button" id="pool-play" aria-pressed="false">Play</button><button type="button" class="button" id="pool-on" aria-label="One window on">›</button></div>
</div>
<div class="panels convolution-panels">
${panel('pool-input', 'Input')}
<div class="panel middle"><h3>The window</h3><div class="products" id="pool-window"></div><p class="equation" id="pool-maximum"></p></div>
${panel('pool-output', 'Output')}
</div>
<p class="formula" id="pool-shape"></p>
</div>
</section>`;

export const explorePage = (): Markup =>
  layout({
    path: '/explore',
    title: 'See inside: a convolution, a kernel, a network · tinyvgg-edge',
    description:
      'Pictures as tensors, kernels, max pooling and TinyVGG layer by layer, computed in the browser on your own picture.',
    asset: 'explore',
    tray: tray(),
    main: html`${hero()}${tensor()}${convolution()}${pooling()}${network()}${models()}`,
  });
