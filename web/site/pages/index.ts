/** @file The try page, /: the field with examples, an explanation of the result, and code to copy. */
import { html } from 'hono/html';
import { answersOf } from '#shared/predictions.ts';
import answer from '../../../examples/answer/answer.json' with { type: 'json' };
import release from '../../../release/tinyvgg.json' with { type: 'json' };
import { EXAMPLES } from './examples.ts';
import { layout, type Markup } from './layout.ts';
import { needsScript, PARAMETERS, thumbnails } from './parts.ts';

const labels = answersOf(release);

const IMAGES = 'image/jpeg,image/png,image/webp,image/avif,image/gif';

const hero = (): Markup => html`<section class="hero">
<h1>What are you wearing?</h1>
<p class="lede">Take a photo of one garment on a plain background. A neural network with ${PARAMETERS} parameters names its kind, one of ten, and
says how sure it is. If it cannot tell, it says so. Your photo is not stored.</p>
</section>`;

/** Without JavaScript the form uploads the photo, and the Worker responds with a page. */
const field =
  (): Markup => html`<form method="post" action="/v1/classify?explain=1" enctype="multipart/form-data">
<fashion-classifier top="${labels.length}" label="Your photo"><button slot="actions" type="button" class="button scripted" id="camera">Use the camera</button></fashion-classifier>
${needsScript('Without JavaScript the answer opens as a new page.')}
<noscript><p class="upload"><input type="file" name="image" aria-label="Your photo" accept="${IMAGES}" required> <button class="button">Classify</button></p></noscript>
</form>
<p class="problem" id="problem" role="alert"></p>
<dialog id="live" aria-label="Camera"><video id="video" muted playsinline></video>
<p><button type="button" class="button primary" id="shutter">Take the photo</button> <button type="button" class="button" id="stop">Cancel</button></p></dialog>`;

const example = EXAMPLES.find(({ name }) => name === answer.example) as (typeof EXAMPLES)[number];

/** The example picture with the outline of its garment. */
const exampleOutline = (): Markup =>
  html`<img class="example" alt="An example: ${example.title}, with its outline" width="${example.width}" height="${example.height}" src="/examples/answer/outline.svg">`;

/** The best scores of the example. */
const exampleScores = (): Markup =>
  html`<p class="example">${answer.scores.map(
    ({ label, score }) =>
      html`<meter value="${score}" aria-hidden="true"></meter> ${(100 * score).toFixed(2)}&nbsp;% ${label}<br>`,
  )}</p>`;

/**
 * The steps for the example, until the visitor gives a photo. The script then replaces their texts with the measurements of the photo, and
 * removes what is of the class `example`.
 */
const steps = (): Markup => html`<ol class="steps" aria-label="How it works">
<li id="step-cut"><h2>The garment is cut out</h2><p id="cut">Its colours and its place in the photo tell it from the background.</p>
<ul class="warnings" id="warnings"></ul>${exampleOutline()}<div class="frame" hidden><canvas id="outline" role="img" aria-label="Your photo" hidden></canvas></div></li>
<li id="step-input"><h2>It becomes 28&nbsp;×&nbsp;28&nbsp;pixels</h2><p id="scaled">Grey and bright on black, like the 60,000 pictures that the network learned from.</p>
<img class="example" alt="The example as the network sees it, 28 by 28 grey pixels" width="28" height="28" src="/examples/answer/input.png"><div class="frame" hidden><img id="input" alt="Your photo as the network saw it, 28 by 28 grey pixels" width="28" height="28" hidden></div></li>
<li id="step-scores"><h2>The network scores ten kinds</h2>${exampleScores()}<p>${labels.join(', ')}. The scores add up to 100&nbsp;%,
together with the one of “none of these”.</p>
<p class="note" id="model"></p>
<p><a id="inside" href="/explore">See how it computes the scores</a></p></li>
</ol>`;

const tryIt = (): Markup => html`<section class="try" id="try" aria-label="Try it">
<div class="examples scripted" role="group" aria-labelledby="examples-title"><h2 class="small" id="examples-title">Choose an example or a photo of your own</h2><div
 class="thumbnails">${thumbnails()}</div></div>
<div class="photo">${field()}</div>
${steps()}
</section>`;

const EMBED = `<script type="module" src="https://…/field.js"></script>
<image-classifier name="garment"></image-classifier>`;

/** Code with a button that copies it. The script fills in the page's origin. */
const snippet = (id: string, title: string, name: string, code: string): Markup =>
  html`<div><h3>${title}</h3><div class="snippet"><pre tabindex="0" aria-label="${name}"><code id="${id}">${code}</code></pre>
<button type="button" class="button copy scripted" data-copy="${id}">Copy</button></div></div>`;

const use = (): Markup => html`<section class="part" id="use"><h2>Use it</h2>
<div class="two">
${snippet('curl', 'From a terminal', 'A curl command', 'curl --data-binary @photo.jpg https://…/v1/classify')}
${snippet('embed', 'In a web page', 'HTML with the form field', EMBED)}
</div>
<p class="hidden" role="status" id="copied"></p>
<ul class="links">
<li><a href="/explore">See inside</a><span>Follow a picture through the network, down to the sum behind one pixel.</span></li>
<li><a href="/docs">API reference</a><span>Every route, with its parameters, responses and examples.</span></li>
<li><a href="/v1/models/tinyvgg">The model's manifest</a><span>How the model was trained, and how accurate it is.</span></li>
</ul></section>`;

export const indexPage = (): Markup =>
  layout({
    path: '/',
    title: 'tinyvgg-edge: name the garment in a photo',
    description:
      'Try a Fashion-MNIST classifier that runs at the edge: upload a photo, get a label and ten scores.',
    asset: 'try',
    scripts: ['/field.js'],
    main: html`${hero()}${tryIt()}${use()}`,
  });
