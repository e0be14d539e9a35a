/** @file /: a picture goes to the Worker, its answer comes back. */
import { find, say } from '../dom.ts';
import { openCamera } from '../picture/camera.ts';
import { showAnswer, showProblem, showWaiting } from './answer.ts';
import { classify } from './classify.ts';
import { showPhoto } from './photo.ts';
import { snippets } from './snippets.ts';

/** Asked last; what comes back for an earlier picture is not shown. */
let request = new AbortController();

async function take(file: Blob): Promise<void> {
  request.abort();
  request = new AbortController();
  const { signal } = request;
  const photo = showPhoto(file);
  showWaiting();
  try {
    const answer = await classify(file, signal);
    if (signal.aborted) return;
    showAnswer(answer);
    const { outline } = await photo;
    if (!signal.aborted) await outline(answer.explanation?.box ?? null);
  } catch (error) {
    if (!signal.aborted) showProblem(error);
  }
}

function files(): void {
  const input = find('#file', HTMLInputElement);
  const drop = find('#drop', HTMLFormElement);
  const takeFrom = (list: FileList | null | undefined) => {
    const file = list?.[0];
    if (file) take(file);
  };
  input.addEventListener('change', () => {
    takeFrom(input.files);
    input.value = '';
    press();
  });
  drop.addEventListener('submit', (event) => event.preventDefault());
  addEventListener('paste', ({ clipboardData }) => takeFrom(clipboardData?.files));
  addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  addEventListener('dragleave', ({ relatedTarget }) => relatedTarget ?? drop.classList.remove('over'));
  addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    press();
    takeFrom(event.dataTransfer?.files);
  });
}

function press(chosen?: Element): void {
  for (const button of document.querySelectorAll('[data-example]'))
    button.setAttribute('aria-pressed', `${button === chosen}`);
}

function examples(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-example]')) {
    button.addEventListener('click', async () => {
      press(button);
      const response = await fetch(`/examples/${button.dataset.example}.png`).catch(() => undefined);
      if (response?.ok) take(await response.blob());
      else showProblem(new Error('The example cannot be loaded. Check the connection and try again.'));
    });
  }
}

function camera(): void {
  const open = find('#camera', HTMLButtonElement);
  const live = find('#live', HTMLElement);
  const video = find('#video', HTMLVideoElement);
  let stop = () => {};
  const close = () => {
    stop();
    live.hidden = true;
    open.focus();
  };
  open.addEventListener('click', async () => {
    try {
      ({ stop } = await openCamera(video));
      live.hidden = false;
      find('#shutter', HTMLButtonElement).focus();
    } catch (error) {
      showProblem(error);
    }
  });
  find('#stop', HTMLButtonElement).addEventListener('click', close);
  find('#shutter', HTMLButtonElement).addEventListener('click', async () => {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    canvas.getContext('2d')?.drawImage(video, 0, 0);
    press();
    close();
    take(await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 }));
  });
}

files();
examples();
camera();
snippets((text) => say(find('#copied', HTMLElement), text));
document.documentElement.dataset.ready = 'yes';
