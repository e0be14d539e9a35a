/** @file The camera as a source of the image, with the button that starts it and keeps a frame. */
import type { Pixels } from '#shared/decode/pixels.ts';
import { find, setText } from '../dom.ts';
import { type Camera, openCamera } from '../picture/camera.ts';
import { drawn } from '../picture/pixels.ts';
import type { Explorer } from './explorer.ts';
import type { ShowPicture } from './picture-loader.ts';
import { edgeFor, preparedPicture } from './prepared-picture.ts';
import { GREY_EDGE, greyPlane, OWN, type SourcePicture } from './source-picture.ts';

/** Longest edge of the frames that are prepared for the network, in pixels, unless it needs more. */
const FRAME_EDGE = 192;

/** Milliseconds between two frames that go through the network. */
const PREPARE_MS = 150;

interface CameraInput {
  stop(): void;
}

export function cameraInput(explorer: Explorer, show: ShowPicture): CameraInput {
  const button = find('#camera', HTMLButtonElement);
  const edge = edgeFor(explorer.model, FRAME_EDGE);
  let camera: Camera | undefined;
  /** Number of starts and stops. A camera that opens after the next of them is closed again. */
  let session = 0;

  /** @returns the first frame */
  async function start(): Promise<SourcePicture> {
    stop();
    const own = session;
    const opened = await openCamera();
    if (own !== session) {
      opened.stop();
      throw new Error('The camera is no longer needed.');
    }
    camera = opened;
    button.setAttribute('aria-pressed', 'true');
    setText(button, 'Keep this');
    explorer.change({ source: 'photo' });
    return framePicture(explorer, capture(opened, edge));
  }
  function stop(): void {
    session += 1;
    camera?.stop();
    camera = undefined;
    button.setAttribute('aria-pressed', 'false');
    setText(button, 'Camera');
  }
  async function followCamera(): Promise<void> {
    await show(start);
    const started = camera;
    if (started) follow(explorer, started, show, () => camera === started);
  }
  function keepFrame(from: Camera): void {
    const frame = capture(from, edge);
    stop();
    show(() => framePicture(explorer, frame));
  }
  button.addEventListener('click', () => (camera ? keepFrame(camera) : followCamera()));
  return { stop };
}

/** Shows every frame in grey, and the network's prediction a few times per second. */
function follow(explorer: Explorer, camera: Camera, show: ShowPicture, isOn: () => boolean): void {
  let nextPrepare = performance.now() + PREPARE_MS;
  let isPreparing = false;
  const frame = (now: number) => {
    if (!isOn()) return;
    requestAnimationFrame(frame);
    explorer.setFrame(greyPlane(capture(camera, GREY_EDGE)));
    if (isPreparing || now < nextPrepare) return;
    isPreparing = true;
    nextPrepare = now + PREPARE_MS;
    const pixels = capture(camera, edgeFor(explorer.model, FRAME_EDGE));
    show(() => framePicture(explorer, pixels)).finally(() => {
      isPreparing = false;
    });
  };
  requestAnimationFrame(frame);
}

/** Returns the camera's newest frame. @param edge its longest edge, in pixels */
function capture({ video }: Camera, edge: number): Pixels {
  const scale = edge / Math.max(video.videoWidth, video.videoHeight);
  return drawn(video, Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale));
}

const framePicture = ({ model }: Explorer, frame: Pixels): Promise<SourcePicture> =>
  preparedPicture(OWN, frame, model);
