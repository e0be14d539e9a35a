/** @file The camera as a source of the image, with the button that starts it and keeps a frame. */
import type { Pixels } from '#shared/decode/pixels.ts';
import { find, setText } from '../dom.ts';
import { type Camera, openCamera } from '../picture/camera.ts';
import { writePixels } from '../picture/link.ts';
import { prepare } from '../picture/photo.ts';
import { drawn } from '../picture/pixels.ts';
import type { Explorer } from './explorer.ts';
import { GREY_EDGE, greyPlane, sourcePicture } from './source-picture.ts';

/** Longest edge of the frames that go through the photo pipeline, in pixels. */
const FRAME_EDGE = 192;

/** Milliseconds between two frames that go through the photo pipeline and the network. */
const PREPARE_MS = 150;

interface CameraInput {
  readonly isOn: boolean;
  stop(): void;
}

export function cameraInput(explorer: Explorer, showError: (error: unknown) => void): CameraInput {
  const button = find('#camera', HTMLButtonElement);
  let camera: Camera | undefined;

  async function start(): Promise<void> {
    camera = await openCamera();
    button.setAttribute('aria-pressed', 'true');
    setText(button, 'Keep this');
    explorer.change({ image: 'own', source: 'photo' });
    follow(explorer, camera, () => camera !== undefined);
  }
  function stop(): void {
    camera?.stop();
    camera = undefined;
    button.setAttribute('aria-pressed', 'false');
    setText(button, 'Camera');
  }
  button.addEventListener('click', () => {
    if (!camera) {
      start().catch(showError);
      return;
    }
    explorer.change({ image: 'own', pixels: writePixels(explorer.picture.image) });
    stop();
  });
  return {
    get isOn() {
      return camera !== undefined;
    },
    stop,
  };
}

/** Shows every frame in grey, and the network's prediction a few times per second. */
function follow(explorer: Explorer, { video }: Camera, isOn: () => boolean): void {
  let nextPrepare = 0;
  let isPreparing = false;
  const capture = (edge: number): Pixels => {
    const scale = edge / Math.max(video.videoWidth, video.videoHeight);
    return drawn(video, Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale));
  };
  const frame = (now: number) => {
    if (!isOn()) return;
    requestAnimationFrame(frame);
    if (!video.videoWidth) return;
    explorer.setFrame(greyPlane(capture(GREY_EDGE)));
    if (isPreparing || now < nextPrepare) return;
    isPreparing = true;
    nextPrepare = now + PREPARE_MS;
    const pixels = capture(FRAME_EDGE);
    prepare(pixels)
      .then((prepared) => isOn() && explorer.setPicture(sourcePicture(pixels, prepared)))
      .finally(() => {
        isPreparing = false;
      });
  };
  requestAnimationFrame(frame);
}
