/** @file The page /explore. web/explore/main.ts fills its figures. */
import { html } from 'hono/html';
import { models, network } from './explore-network.ts';
import { layout, type Markup } from './layout.ts';
import { choice, lab, PARAMETERS, panel, thumbnails } from './parts.ts';

const numbers = (text: string) => text.split(' ').map((value) => [value, value] as const);

const PARTS = [
  ['tensor', 'An image is a tensor'],
  ['convolution', 'Convolution'],
  ['pooling', 'Max pooling'],
  ['network', 'TinyVGG, layer by layer'],
  ['models', 'Three models compared'],
] as const;

const tray = (): Markup => html`<div class="tray" role="region" aria-label="Your image">
<div class="thumbnails">${thumbnails()}</div>
<div class="sources"><label class="button"><input type="file" accept="image/*" id="file">Your photo</label>
<button type="button" class="button" id="camera" aria-pressed="false">Camera</button></div>
<div class="prediction" role="status"><p id="prediction">&nbsp;</p><p class="note" id="prediction-note">&nbsp;</p></div>
<p class="problem" id="problem" role="alert"></p>
</div>`;

const hero = (): Markup => html`<section class="hero">
<h1>Inside a convolutional network</h1>
<p class="lede"><span id="model-text">This site's model is a TinyVGG with an eleventh output, “None of these”, and ${PARAMETERS} parameters instead of 7,740.</span> On this page you can see every number that it
computes: choose an image, point at a pixel, change a weight. All figures run in your browser.</p>
<noscript><p class="noscript">The figures on this page need JavaScript. This is one of them:</p>
<img src="/examples/explorer.png" alt="All feature maps of the network for a sneaker, one row per layer" width="1264" height="1043"></noscript>
<nav class="contents" aria-label="On this page"><ol>${PARTS.map(
  ([id, title]) =>
    html`<li><a href="#${id}"><canvas width="28" height="28" data-part="${id}"></canvas><span>${title}</span></a></li>`,
)}</ol></nav>
</section>`;

const tensor = (): Markup => html`<section id="tensor" class="part">
<h2><span>1</span> An image is a tensor</h2>
<div class="prose"><p>For the network, an image is a tensor: a block of numbers with the shape channels × height × width. <span id="input-text">The network's input
has 28 × 28 pixels and one channel, the brightness. 0 is black and 1 is white. The garment is bright on a black background.</span> A colour photo
has three channels, red, green and blue, which are stored one after the other.</p></div>
<div class="figure">
<div class="controls">${choice(
  'view',
  'Show',
  [
    ['network', "the network's input"],
    ['colour', 'the photo in colour'],
  ],
  'network',
)}</div>
<div class="panels tensor-panels">
${panel('tensor-picture', 'Image')}
<div class="numbers"><div class="panel channels" id="channels" hidden><h3>Channels</h3><div><canvas></canvas><canvas></canvas><canvas></canvas></div></div>
<div class="panel" id="tensor-numbers"><h3>Values around the selected pixel</h3><div class="cells"></div></div></div>
</div>
<dl class="facts" id="tensor-facts"></dl>
</div>
</section>`;

const convolution = (): Markup => html`<section id="convolution" class="part">
<h2><span>2</span> Convolution</h2>
<div class="prose"><p>A convolution moves a small window over the input. At each position it multiplies every pixel in the window by a weight
and adds up the products and a bias. The sum is one pixel of the output, which is called a feature map. The weights form the kernel. They
decide what it detects: an edge, or a pattern that the network learned.</p>
<p>The window is the receptive field of the output pixel: the part of the input that the pixel depends on. The stride is the distance that
the window moves. Padding adds zeros around the input, so that the window can reach its border.</p>
<p>Point at a pixel to see its sum. To change a weight, type a number or drag it sideways.</p></div>
<div class="figure">
<div class="kernel-choice">
<div class="presets" id="presets" role="group" aria-label="Preset kernels"></div>
<div class="learned"><p id="learned-title">Learned by the network: <label>convolution <select id="learned-layer"></select></label></p>
<canvas id="learned"></canvas><p class="note" id="learned-note"></p></div>
</div>
<div class="controls">
${choice('size', 'Kernel size', numbers('1 3 5 7'), '3')}
${choice('stride', 'Stride', numbers('1 2 3'), '1')}
${choice('padding', 'Padding', numbers('0 1 2 3'), '1')}
${choice(
  'source',
  'Input',
  [
    ['network', '28 × 28'],
    ['photo', 'photo, grey'],
  ],
  'network',
)}
<label class="field">Bias <input type="number" id="bias" step="0.1" value="0"></label>
<button type="button" class="button" id="convolution-play" aria-pressed="false">Play</button>
</div>
<div class="panels convolution-panels">
${panel('convolution-input', 'Input')}
<div class="panel middle"><h3>Kernel</h3><div class="weights" id="weights" role="group" aria-label="Weights of the kernel"></div>
<p class="note" id="kernel-note"></p>
<h3 id="sum-title">Pixels × weights</h3><div class="products" id="products" role="group" aria-labelledby="sum-title"></div>
<p class="equation" id="sum"></p></div>
${panel('convolution-output', 'Output')}
</div>
<p class="formula" id="convolution-shape"></p>
</div>
${lab('filters', 'Random filters on a colour photo')}
</section>`;

const pooling = (): Markup => html`<section id="pooling" class="part">
<h2><span>3</span> Max pooling</h2>
<div class="prose"><p>Max pooling also moves a window over its input, but it has no weights: each output pixel is the largest value in its
window. The output keeps whether a feature is present and loses its exact position. With a 2 × 2 window and stride 2, the output has a
quarter of the pixels.</p></div>
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
<label class="field">Input <select id="pool-map"></select></label>
<div class="steps"><button type="button" class="button" id="pool-previous" aria-label="Previous window">‹</button><button
 type="button" class="button" id="pool-play" aria-pressed="false">Play</button><button type="button" class="button" id="pool-next" aria-label="Next window">›</button></div>
</div>
<div class="panels convolution-panels">
${panel('pool-input', 'Input')}
<div class="panel middle"><h3>Window</h3><div class="products" id="pool-window"></div><p class="equation" id="pool-maximum"></p></div>
${panel('pool-output', 'Output')}
</div>
<p class="formula" id="pool-shape"></p>
</div>
${lab('shapes', 'Shapes of stacked layers')}
</section>`;

export const explorePage = (): Markup =>
  layout({
    path: '/explore',
    title: 'Inside a convolutional network · tinyvgg-edge',
    description:
      'Tensors, convolution, max pooling and TinyVGG layer by layer, computed in your browser for your own image.',
    asset: 'explore',
    tray: tray(),
    main: html`${hero()}${tensor()}${convolution()}${pooling()}${network()}${models()}`,
  });
