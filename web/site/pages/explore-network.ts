/** @file Sections 4 and 5 of /explore: the network's layers and scores, and the comparison of three models. */
import { html } from 'hono/html';
import release from '../../../release/tinyvgg.json' with { type: 'json' };
import type { Markup } from './layout.ts';
import { lab } from './parts.ts';

export const network = (): Markup => html`<section id="network" class="part">
<h2><span>4</span> TinyVGG, layer by layer</h2>
<div class="prose"><p>Each row is the output of one layer, and each small image in it is a feature map. Positive values are blue, negative
values orange. The strongest colour is the largest absolute value of the layer. Select a feature map to see how the layer computed it,
then point at one of its pixels to see the sum behind it. Pixels count from 0, maps from 1.
<span id="own-model">The last layer has one output more than the lab's: “None of these”.</span></p></div>
<p class="note network-model" id="network-model">&nbsp;</p>
<div class="figure network-figure">
<div class="layers" id="layers"></div>
<div class="detail" id="detail" tabindex="-1" role="region" aria-label="How the selected feature map is computed"><h3 id="detail-title"></h3><p class="note" id="detail-text"></p>
<div class="terms" id="terms"></div>
<div class="selected-map"><div class="panel" id="selected-map"><canvas></canvas><p class="note"></p></div>
<div class="arithmetic"><div class="products" id="detail-products"></div><p class="equation" id="detail-sum"></p></div></div>
<p><a class="back" href="#layers">Back to the layers</a></p></div>
</div>
<h3 class="subhead" id="softmax">Logits, softmax and temperature</h3>
<div class="prose"><p>The <span id="label-count">${release.labels.length}</span> outputs of the last layer are called logits. Softmax turns them into scores between 0 and 1 that add up to 1.
Before softmax, the logits are divided by a temperature. A higher temperature makes the scores more equal, a lower one makes them more
extreme. Their order stays the same. <span id="temperature-text">The temperature of this model was fitted on held-out images: of the predictions with a score of 80 %, about 80 % are correct.</span></p></div>
<div class="figure" id="scores-figure">
<div class="controls"><label class="field slider">Temperature <input type="range" id="temperature" min="0.2" max="5" step="0.01"><output id="temperature-value"></output></label>
<button type="button" class="button" id="calibrated">Reset to calibrated</button></div>
<table class="scores" id="scores"><caption class="note">&nbsp;</caption><thead><tr><th scope="col">label</th><th scope="col">logit</th><th scope="col">score</th></tr></thead><tbody></tbody></table>
<p class="formula" id="softmax-formula"></p>
</div>
</section>`;

export const models = (): Markup => html`<section id="models" class="part">
<h2><span>5</span> Three models compared</h2>
<div class="prose"><p>These models were trained with the recipe “lab”: three epochs on all 60,000 training images, on two cores. v0 has two linear layers, v1
also a ReLU between them. TinyVGG is a convolutional network, with the fewest parameters and the highest test accuracy.
The bar at the top and the sections above show another TinyVGG: it was also trained on photos, and has an eleventh output.</p></div>
<div class="figure">
<div class="models" id="model-predictions"></div>
<div class="curves"><div><h3>Loss: training (line) and test (dots), on a logarithmic scale</h3><div id="loss-curve"></div></div>
<div><h3>Test accuracy in %</h3><div id="accuracy-curve"></div></div></div>
<details><summary>Show the values as a table</summary><div class="scroll"><table id="records"></table></div></details>
</div>
${lab('data', 'The training images')}
</section>`;
