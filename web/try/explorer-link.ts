/** @file The link to /explore. It opens there with the photo that is in the field. */
import { find } from '../dom.ts';
import type { FashionClassifier } from '../field/field.ts';
import { dataUrlOf, forgetPhoto, handedLink, handPhoto } from '../picture/handed-photo.ts';
import { explorerLink } from '../picture/link.ts';

/** The field's photo, once it was read. */
interface ReadPhoto {
  file: File;
  dataUrl: string;
}

/** Keeps the link on the field's photo, and hands the photo over when the visitor follows it. */
export function linkExplorer(field: FashionClassifier): void {
  const anchor = find('#inside', HTMLAnchorElement);
  const general = `${anchor.pathname}${anchor.search}`;
  let link = general;
  let photo: ReadPhoto | undefined;
  const setLink = (address: string) => {
    link = address;
    anchor.href = address;
  };

  async function update(): Promise<void> {
    const { file, result } = field;
    if (!file) {
      photo = undefined;
      // After the Back button the field has its answer again, but no photo.
      setLink((result && handedLink(answerOf(field))) ?? general);
      return;
    }
    setLink(explorerLink(undefined, null, field.model));
    if (photo?.file !== file) photo = { file, dataUrl: await dataUrlOf(file) };
    if (!result?.explanation) return;
    const pixels = await inputOf(result.explanation.image);
    if (field.result === result) setLink(explorerLink(pixels, result.abstained, field.model));
  }
  field.addEventListener('statechange', () => {
    if (field.state === 'preparing' || field.state === 'empty') forgetPhoto();
    update();
  });
  update();
  anchor.addEventListener('click', () => {
    if (photo?.file === field.file && photo)
      handPhoto({ link, answer: answerOf(field), file: photo.dataUrl });
  });
}

const answerOf = ({ result }: FashionClassifier): string => JSON.stringify(result?.predictions ?? null);

/** Place of the colour type in a PNG file, and its value for RGB (W3C, "Portable Network Graphics", 11.2.1). */
const [COLOUR_TYPE, RGB] = [25, 2];

/** Returns the network's input, bytes [channels, height, width]. @param url a PNG file in grey or RGB, as a data URL */
async function inputOf(url: string): Promise<Uint8Array> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const head = atob(url.slice(url.indexOf(',') + 1).slice(0, 4 * (COLOUR_TYPE + 1)));
  const channels = head.charCodeAt(COLOUR_TYPE) === RGB ? 3 : 1;
  const size = width * height;
  return Uint8Array.from({ length: channels * size }, (_, i) => data[4 * (i % size) + Math.floor(i / size)]);
}
