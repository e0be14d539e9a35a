/** @file The webcam in a dialog. On a phone the field's own button opens the camera app instead. */
import { find } from '../dom.ts';
import type { FashionClassifier } from '../field/field.ts';
import { openCamera } from '../picture/camera.ts';

/** @param showProblem receives an Error when there is no camera, or the visitor does not allow it */
export function connectCamera(field: FashionClassifier, showProblem: (error: unknown) => void): void {
  const dialog = find('#live', HTMLDialogElement);
  const video = find('#video', HTMLVideoElement);
  let stop = () => {};
  find('#camera', HTMLButtonElement).addEventListener('click', async () => {
    try {
      ({ stop } = await openCamera(video));
      dialog.showModal();
    } catch (error) {
      showProblem(error);
    }
  });
  dialog.addEventListener('close', () => stop());
  find('#stop', HTMLButtonElement).addEventListener('click', () => dialog.close());
  find('#shutter', HTMLButtonElement).addEventListener('click', async () => {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    canvas.getContext('2d')?.drawImage(video, 0, 0);
    dialog.close();
    field.classify(await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 }));
  });
}
