/** @file The camera as a source of frames. */

export interface Camera {
  video: HTMLVideoElement;
  stop(): void;
}

/** Asks for the camera; on a phone, the one at its back. @throws Error that says what to do */
export async function openCamera(video = document.createElement('video')): Promise<Camera> {
  const constraints = { video: { facingMode: 'environment', width: { ideal: 640 } }, audio: false };
  const stream = await navigator.mediaDevices?.getUserMedia(constraints).catch((cause: DOMException) => {
    const refused = cause.name === 'NotAllowedError';
    throw new Error(
      refused
        ? 'The camera was not allowed. Allow it in the browser, or choose a photo.'
        : 'No camera was found. Choose a photo.',
      { cause },
    );
  });
  if (!stream) throw new Error('A camera needs a secure connection. Choose a photo.');
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
