/** @file The camera as a video element. */

export interface Camera {
  video: HTMLVideoElement;
  stop(): void;
}

/**
 * Opens the camera, on a phone the one at the back, and plays it in a video element.
 * @throws Error in a visitor's words when there is no camera or the visitor does not allow it
 */
export async function openCamera(video = document.createElement('video')): Promise<Camera> {
  const constraints = { video: { facingMode: 'environment', width: { ideal: 640 } }, audio: false };
  const stream = await navigator.mediaDevices?.getUserMedia(constraints).catch((cause: DOMException) => {
    const isRefused = cause.name === 'NotAllowedError';
    throw new Error(
      isRefused
        ? 'The browser may not use the camera. Allow it in the settings of this page, or choose a photo.'
        : 'No camera was found. Choose a photo.',
      { cause },
    );
  });
  if (!stream) throw new Error('The camera works only over HTTPS. Choose a photo.');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  await video.play();
  return {
    video,
    stop() {
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    },
  };
}
