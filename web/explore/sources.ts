/** @file Where the picture comes from: an example, a file, the camera, or a link. */
import type { Pixels } from '#shared/decode/pixels.ts';
import { find, say } from '../dom.ts';
import { type Camera, openCamera } from '../picture/camera.ts';
import { readPixels, writePixels } from '../picture/link.ts';
import { prepare } from '../picture/photo.ts';
import { drawn, pixelsOf } from '../picture/pixels.ts';
import type { Explorer } from './explorer.ts';
import { get } from './model.ts';
import { GREY_EDGE, greyPlane, pictureOf } from './picture.ts';
import { INITIAL } from './state.ts';

/** Longest edge of what is taken from each frame, in pixels: what the photo pipeline looks at. */
const FRAME_EDGE = 192;

/** Milliseconds between two pictures that the network is shown. */
const PREPARE_MS = 150;

/** @returns settles when the first picture is shown, or cannot be */
export function sources(explorer: Explorer): Promise<void> {
  const verdict = find('#verdict', HTMLElement);
  const button = find('#camera', HTMLButtonElement);
  const thumbnails = [...document.querySelectorAll<HTMLButtonElement>('[data-example]')];
  let camera: Camera | undefined;
  /** What is loaded last is shown, however long it took. */
  let asked = 0;

  const failed = (error: unknown) => say(verdict, error instanceof Error ? error.message : `${error}`);
  async function showFile(file: Blob, own: boolean): Promise<void> {
    const turn = ++asked;
    const pixels = await pixelsOf(file);
    const picture = pictureOf(pixels, await prepare(pixels));
    if (turn !== asked) return;
    if (own) explorer.change({ image: 'own', pixels: writePixels(picture.image) });
    explorer.show(picture);
  }
  async function showState(): Promise<void> {
    const { image, pixels } = explorer.state;
    if (image === 'own' && pixels) return explorer.show({ image: readPixels(pixels) });
    const name = thumbnails.some(({ dataset }) => dataset.example === image) ? image : INITIAL.image;
    await showFile(await (await get(`/examples/${name}.png`)).blob(), false);
  }
  function stopCamera(): void {
    camera?.stop();
    camera = undefined;
    button.setAttribute('aria-pressed', 'false');
    say(button, 'Camera');
  }

  for (const thumbnail of thumbnails) {
    thumbnail.addEventListener('click', () => {
      stopCamera();
      explorer.change({ image: thumbnail.dataset.example ?? '', pixels: '' });
    });
  }
  const file = find('#file', HTMLInputElement);
  const take = (chosen: Blob | null | undefined) => {
    if (!chosen) return;
    stopCamera();
    showFile(chosen, true).catch(failed);
  };
  file.addEventListener('change', () => {
    take(file.files?.[0]);
    file.value = '';
  });
  addEventListener('paste', ({ clipboardData }) => take(clipboardData?.files[0]));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    take(event.dataTransfer?.files[0]);
  });
  button.addEventListener('click', async () => {
    if (camera) {
      explorer.change({ image: 'own', pixels: writePixels(explorer.picture.image) });
      return stopCamera();
    }
    try {
      camera = await openCamera();
    } catch (error) {
      return failed(error);
    }
    button.setAttribute('aria-pressed', 'true');
    say(button, 'Keep this');
    explorer.change({ image: 'own', source: 'photo' });
    follow(explorer, camera, () => camera !== undefined);
  });
  const showChosen = () => {
    for (const thumbnail of thumbnails)
      thumbnail.setAttribute('aria-pressed', `${thumbnail.dataset.example === explorer.state.image}`);
  };
  explorer.onChange((changed) => {
    const { image, pixels } = explorer.state;
    showChosen();
    const isShown = image === 'own' && (camera || pixels === writePixels(explorer.picture.image));
    if ((changed.has('image') || changed.has('pixels')) && !isShown) showState().catch(failed);
  });
  showChosen();
  return showState().catch(failed);
}

/** Grey at every frame; what the network sees of it a few times a second. */
function follow(explorer: Explorer, { video }: Camera, goesOn: () => boolean): void {
  let next = 0;
  let isPreparing = false;
  const look = (edge: number): Pixels => {
    const scale = edge / Math.max(video.videoWidth, video.videoHeight);
    return drawn(video, Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale));
  };
  const frame = (now: number) => {
    if (!goesOn()) return;
    requestAnimationFrame(frame);
    if (!video.videoWidth) return;
    explorer.glance(greyPlane(look(GREY_EDGE)));
    if (isPreparing || now < next) return;
    isPreparing = true;
    next = now + PREPARE_MS;
    const pixels = look(FRAME_EDGE);
    prepare(pixels)
      .then((prepared) => goesOn() && explorer.show(pictureOf(pixels, prepared)))
      .finally(() => {
        isPreparing = false;
      });
  };
  requestAnimationFrame(frame);
}
