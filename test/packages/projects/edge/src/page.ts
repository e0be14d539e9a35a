import { ImageClassifier, type Problem } from 'tinyvgg-edge/field';
import { endpoint } from './endpoint.js';

const output = document.createElement('output');
const field = document.createElement('image-classifier');
field.endpoint = endpoint;
field.mode = 'local';
field.name = 'garment';
field.messages = { labels: { Trouser: 'Trousers' } };
// @ts-expect-error The property is a flag.
field.required = 'yes';
field.addEventListener('problem', ({ detail }) => {
  const { type }: Problem = detail;
  console.error(type);
});
field.addEventListener('result', ({ detail }) => {
  output.value = detail.predictions[0]?.label ?? '';
});
if (!(field instanceof ImageClassifier)) throw new Error('expected the element of the package');
document.body.append(field, output);
