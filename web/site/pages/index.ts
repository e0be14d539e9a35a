/** @file /: try a picture. */
import { html } from 'hono/html';
import { LABELS } from '#shared/labels.ts';
import { layout, type Markup } from './layout.ts';
import { needsScript, thumbnails } from './parts.ts';

const IMAGES = 'image/jpeg,image/png,image/webp,image/avif,image/gif';

const tryIt = (): Markup => html`<section class="hero">
<h1>What are you wearing?</h1>
<p class="lede">Show it one garment, lying or hanging before something plain, and it says which of ten kinds it is, how sure it is, and when it
should not be believed. The network has 7,740 parameters and answers from the edge; the photo is not stored.</p>
</section>
<section class="try" aria-label="Try it">
<form class="drop" id="drop" method="post" action="/v1/classify?explain=1" enctype="multipart/form-data">
<canvas id="photo" hidden></canvas>
<div class="invite"><p><label class="button primary"><input type="file" id="file" name="image" accept="${IMAGES}" required>Choose a photo</label>
<button type="button" class="button scripted" id="camera">Use the camera</button></p>
<p class="note scripted">or drop one here, or paste it</p>
${needsScript('Without JavaScript the answer comes as a page of its own.')}<noscript><button class="button">Classify</button></noscript></div>
<div class="live" id="live" hidden><video id="video" muted playsinline></video><p><button type="button" class="button primary" id="shutter">Take the photo</button>
<button type="button" class="button" id="stop">Stop</button></p></div>
</form>
<div class="answer" id="answer" aria-live="polite"><ol class="steps"><li><h2>It finds the garment</h2><p>by its looks and its place, without a network, and draws the outline that it has
found.</p></li><li><h2>It makes it small</h2><p>28 × 28 pixels, grey, bright on black: the only kind of picture that the network knows.</p></li><li><h2>The network scores ten kinds</h2>
<p>${LABELS.join(', ')}. Where the photo or the score does not bear an answer, it says so.</p></li></ol></div>
</section>
<section class="examples scripted" aria-label="Examples"><h2 class="small">Or take one of these</h2><div class="thumbnails">${thumbnails()}</div></section>`;

const use = (): Markup => html`<section class="part" id="use"><h2>Use it</h2>
<div class="two">
<div><h3>From a terminal</h3><div class="snippet"><pre tabindex="0" aria-label="A curl command"><code id="curl">curl --data-binary @photo.jpg https://…/v1/classify</code></pre>
<button type="button" class="button copy scripted" data-copy="curl">Copy</button></div></div>
<div><h3>In a page</h3><div class="snippet"><pre tabindex="0" aria-label="A piece of HTML"><code id="embed"></code></pre>
<button type="button" class="button copy scripted" data-copy="embed">Copy</button></div></div>
</div>
<p class="hidden" role="status" id="copied"></p>
<ul class="links">
<li><a href="/explore">See inside</a><span>what the network does with a picture, down to the sums behind one pixel</span></li>
<li><a href="/docs">API reference</a><span>every address, what it takes and what it answers</span></li>
<li><a href="/v1/models/tinyvgg">The model's manifest</a><span>how it was trained, and how well it does</span></li>
</ul></section>`;

export const indexPage = (): Markup =>
  layout({
    path: '/',
    title: 'tinyvgg-edge: which of ten kinds of clothing a picture shows',
    description:
      'Try a classifier of Fashion-MNIST that answers from the edge: photo in, label and scores out.',
    asset: 'demo',
    main: html`${tryIt()}${use()}`,
  });
