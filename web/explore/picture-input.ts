/** @file The sources of the image: an example, a photo (file, clipboard or drop), the camera, or the URL. */
import { find, setText } from '../dom.ts';
import { readPixels, writePixels } from '../picture/link.ts';
import { prepare } from '../picture/photo.ts';
import { pixelsOf } from '../picture/pixels.ts';
import { cameraInput } from './camera-input.ts';
import type { Explorer } from './explorer.ts';
import { fetchOk } from './model.ts';
import { sourcePicture } from './source-picture.ts';
import { INITIAL } from './state.ts';

/** @returns a promise that resolves when the first image is shown, or when its error message is */
export function pictureInput(explorer: Explorer): Promise<void> {
  const thumbnails = [...document.querySelectorAll<HTMLButtonElement>('[data-example]')];
  const names = thumbnails.map(({ dataset }) => dataset.example ?? '');
  const showPhoto = photoLoader(explorer);
  const camera = cameraInput(explorer, showError);

  async function showState(): Promise<void> {
    const { image, pixels } = explorer.state;
    if (image === 'own' && pixels) return explorer.setPicture({ image: readPixels(pixels) });
    const name = names.includes(image) ? image : INITIAL.image;
    await showPhoto(await (await fetchOk(`/examples/${name}.png`)).blob(), false);
  }
  const markSelected = () => {
    for (const [i, thumbnail] of thumbnails.entries())
      thumbnail.setAttribute('aria-pressed', `${names[i] === explorer.state.image}`);
  };

  for (const [i, thumbnail] of thumbnails.entries()) {
    thumbnail.addEventListener('click', () => {
      camera.stop();
      explorer.change({ image: names[i], pixels: '' });
    });
  }
  onPhoto((photo) => {
    camera.stop();
    showPhoto(photo, true).catch(showError);
  });
  explorer.onChange((changed) => {
    const { image, pixels } = explorer.state;
    markSelected();
    const isShown = image === 'own' && (camera.isOn || pixels === writePixels(explorer.picture.image));
    if ((changed.has('image') || changed.has('pixels')) && !isShown) showState().catch(showError);
  });
  markSelected();
  return showState().catch(showError);
}

const showError = (error: unknown) =>
  setText(find('#prediction', HTMLElement), error instanceof Error ? error.message : `${error}`);

/** Returns a function that decodes and shows a photo. When several photos load at the same time, the one that was requested last wins. */
function photoLoader(explorer: Explorer) {
  let lastRequest = 0;
  /** @param isOwn whether the photo is the visitor's, so that the URL must hold its pixels */
  return async (photo: Blob, isOwn: boolean): Promise<void> => {
    const request = ++lastRequest;
    const pixels = await pixelsOf(photo);
    const picture = sourcePicture(pixels, await prepare(pixels));
    if (request !== lastRequest) return;
    if (isOwn) explorer.change({ image: 'own', pixels: writePixels(picture.image) });
    explorer.setPicture(picture);
  };
}

/** Calls `select` with each photo that the visitor chooses, pastes or drops. */
function onPhoto(select: (photo: Blob) => void): void {
  const selectFirst = (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (file) select(file);
  };
  const file = find('#file', HTMLInputElement);
  file.addEventListener('change', () => {
    selectFirst(file.files);
    // Without this, choosing the same file again fires no event.
    file.value = '';
  });
  addEventListener('paste', ({ clipboardData }) => selectFirst(clipboardData?.files));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    selectFirst(event.dataTransfer?.files);
  });
}
