/**
 * @file Hands the visitor's photo from / to /explore, whose link holds only the network's input. Session storage stays on the device,
 * belongs to one tab, and ends with it. Without session storage, /explore shows the network's input alone.
 */

const KEY = 'photo';

interface HandedPhoto {
  /** Address of the photo in /explore. */
  link: string;
  /** Identifies the answer that / showed: its predictions as JSON. */
  answer: string;
  /** The file as a data URL. */
  file: string;
}

export function handPhoto(photo: HandedPhoto): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(photo));
  } catch {
    forgetPhoto(); // There is no room for it.
  }
}

export function forgetPhoto(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // The visitor's settings forbid storage.
  }
}

/** Returns the link of the photo that was handed over last, if the answer belongs to it. */
export function handedLink(answer: string): string | undefined {
  const photo = stored();
  return photo?.answer === answer ? photo.link : undefined;
}

/** Returns the file that was handed over last, if the link belongs to it. */
export function handedFile(link: string): Blob | undefined {
  const photo = stored();
  if (photo?.link !== link) return undefined;
  // The page's policy forbids fetching a data URL.
  const base64 = photo.file.slice(photo.file.indexOf(',') + 1);
  return new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]);
}

function stored(): HandedPhoto | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** Reads a file as a data URL. */
export function dataUrlOf(file: Blob): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result as string);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
  return promise;
}
