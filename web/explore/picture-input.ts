/** @file The sources of the image: an example, a photo (file, clipboard or drop), the camera, the URL, or the photo of the try page. */
import { isTooNarrow } from '#shared/decode/limits.ts';
import { find } from '../dom.ts';
import { photoIn } from '../field/file-drop.ts';
import { handedFile } from '../picture/handed-photo.ts';
import { explorerLink, readPixels } from '../picture/link.ts';
import { MAX_EDGE, pixelsOf } from '../picture/pixels.ts';
import { cameraInput } from './camera-input.ts';
import type { Explorer } from './explorer.ts';
import { fetchOk, type Model } from './model.ts';
import { pictureLoader } from './picture-loader.ts';
import { edgeFor, preparedPicture } from './prepared-picture.ts';
import { OWN, pictureState, planesOf, type SourcePicture } from './source-picture.ts';
import { INITIAL, type State } from './state.ts';

/** @returns a promise that resolves when the first image is shown, or when its error message is */
export function pictureInput(explorer: Explorer): Promise<void> {
  const thumbnails = [...document.querySelectorAll<HTMLButtonElement>('[data-example]')];
  const names = thumbnails.map(({ dataset }) => dataset.example ?? '');
  const show = pictureLoader(explorer);
  const camera = cameraInput(explorer, show);
  const { model } = explorer;
  find('.thumbnails').hidden = !isOfGarments(model);
  const restore = () => show(() => pictureOf(explorer.state, names, model), true);

  for (const [i, thumbnail] of thumbnails.entries()) {
    thumbnail.addEventListener('click', () => {
      camera.stop();
      show(() => examplePicture(names[i], model));
    });
  }
  onPhoto((photo) => {
    camera.stop();
    show(() => namedPicture(photo, model));
  });
  explorer.onChange((changed) => {
    const { state, picture } = explorer;
    for (const [i, thumbnail] of thumbnails.entries())
      thumbnail.setAttribute('aria-pressed', `${names[i] === picture.name}`);
    const isNamed = changed.has('image') || changed.has('pixels') || changed.has('flaw');
    if (!isNamed || isShown(picture, state)) return;
    camera.stop();
    restore();
  });
  return restore();
}

const isOfGarments = ({ input }: Model): boolean => input.preprocessing.kind === 'garment';

function isShown(picture: SourcePicture, state: State): boolean {
  const { image, pixels, flaw } = pictureState(picture);
  return image === state.image && pixels === state.pixels && flaw === state.flaw;
}

/** Loads the image that the state names. An unknown name, and a photo that is no longer there, is the initial example. */
async function pictureOf(
  { image, pixels, flaw }: State,
  names: readonly string[],
  model: Model,
): Promise<SourcePicture> {
  if (image !== OWN) return examplePicture(names.includes(image) ? image : INITIAL.image, model);
  const input = pixels ? readPixels(pixels) : undefined;
  const photo = handedFile(explorerLink(input, flaw || null, model.name));
  if (!input) return photo ? ownPicture(photo, model) : examplePicture(INITIAL.image, model);
  const planes = photo && planesOf(await pixelsOf(photo));
  return { name: OWN, image: input, shape: model.input.shape, flaw: flaw || undefined, ...planes };
}

/** Loads an example. A model of other pictures than garments has none: a test picture of its manifest takes its place. */
async function examplePicture(name: string, model: Model): Promise<SourcePicture> {
  if (!isOfGarments(model)) {
    const bytes = atob(model.manifest.golden.vectors.at(-1)?.pixels ?? '');
    const image = Uint8Array.from(bytes, (character) => character.charCodeAt(0));
    return { name, image, shape: model.input.shape };
  }
  const pixels = await pixelsOf(await (await fetchOk(`/examples/${name}.png`)).blob());
  return preparedPicture(name, pixels, model);
}

/** Prepares a photo of the visitor. */
async function ownPicture(photo: Blob, model: Model): Promise<SourcePicture> {
  const pixels = await pixelsOf(photo, edgeFor(model, MAX_EDGE));
  if (isTooNarrow(pixels.fullSize)) throw new Error('This photo is too narrow. Please crop it.');
  return preparedPicture(OWN, pixels, model);
}

/** @throws Error that names the file */
const namedPicture = (photo: File, model: Model): Promise<SourcePicture> =>
  ownPicture(photo, model).catch((cause: Error) => {
    throw new Error(`${photo.name}: ${cause.message}`, { cause });
  });

/** Calls `select` with each photo that the visitor chooses, pastes or drops. */
function onPhoto(select: (photo: File) => void): void {
  const selectFrom = (data: DataTransfer | null) => {
    const photo = photoIn(data);
    if (photo) select(photo);
  };
  const input = find('#file', HTMLInputElement);
  input.addEventListener('change', () => {
    const [photo] = input.files ?? [];
    // Without this, choosing the same file again fires no event.
    input.value = '';
    if (photo) select(photo);
  });
  addEventListener('paste', ({ clipboardData }) => selectFrom(clipboardData));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    selectFrom(event.dataTransfer);
  });
}
