/** @file /explore, the network's part: its layers, its end, and the three models of the lab. */
import { html } from 'hono/html';
import type { Markup } from './layout.ts';

export const network = (): Markup => html`<section id="network" class="part">
<h2><span>4</span> TinyVGG, layer by layer</h2>
<div class="prose"><p>Each small picture is a feature map: what one kernel made of the layer above it. Blue is above zero, orange below,
and the strongest number of a layer has the full colour. Choose a map to see what it was made of; point at one of its pixels to see
the sums behind that very number.</p></div>
<div class="figure network-figure">
<div class="layers" id="layers"></div>
<div class="detail" id="detail" tabindex="-1" role="region" aria-label="What the chosen map is made of"><h3 id="detail-title"></h3><p class="note" id="detail-text"></p>
<div class="terms" id="terms"></div>
<div class="made"><div class="panel" id="made"><canvas></canvas><p class="note"></p></div>
<div class="arithmetic"><div class="products" id="detail-products"></div><p class="equation" id="detail-sum"></p></div></div>
<p><a class="back" href="#layers">Back to the layers</a></p></div>
</div>
<h3 class="subhead" id="softmax">From ten numbers to an answer</h3>
<div class="prose"><p>The last layer's ten numbers are called logits. Softmax turns them into scores that add up to 1. Dividing by a
temperature first makes them more or less sure without changing their order; this model's was fitted on images that it was not trained
on, so that of the answers with a score of 80 %, about 80 % are right.</p></div>
<div class="figure" id="scores-figure">
<div class="controls"><label class="field slider">Temperature <input type="range" id="temperature" min="0.2" max="5" step="0.01"><output id="temperature-value"></output></label>
<button type="button" class="button" id="calibrated">As calibrated</button></div>
<table class="scores" id="scores"><caption class="hidden">Logits and scores</caption><thead><tr><th scope="col">label</th><th scope="col">logit</th><th scope="col">score</th></tr></thead><tbody></tbody></table>
<p class="formula" id="softmax-formula"></p>
</div>
</section>`;

export const models = (): Markup => html`<section id="models" class="part">
<h2><span>5</span> Three models, one picture</h2>
<div class="prose"><p>The lab trains three models for three epochs. The first is linear: it lays one picture of weights for each hidden unit over
the image. The second adds a ReLU between its two layers. The third is TinyVGG, with fewer parameters than either. Here each of them
looks at your picture.</p></div>
<div class="figure">
<div class="models" id="model-answers"></div>
<div class="curves"><div><h3>Loss: training as lines, test as marks</h3><div id="loss-curve"></div></div>
<div><h3>Test accuracy in %</h3><div id="accuracy-curve"></div></div></div>
<details><summary>The same as a table</summary><div class="scroll"><table id="records"></table></div></details>
</div>
</section>`;
