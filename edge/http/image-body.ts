/** @file Recognizes bodies that were meant as JSON or as a form, but are sent as an image file. */
import { HttpProblem } from './problem.ts';

/** Number of bytes in which a form has its first field. */
const START_BYTES = 1024;

/** @throws HttpProblem `unsupported-image` that names what the body looks like */
export function checkImageBody(body: Uint8Array, type: string): void {
  const start = new TextDecoder().decode(body.subarray(0, START_BYTES)).trimStart();
  if (/^(\{\s*["'}]|\[\s*["'{[\]\d-])/.test(start)) {
    throw unsupported(
      'The body looks like JSON. Send it with the content type application/json, as `curl --json` does.',
    );
  }
  if (type.startsWith('multipart/') || /^--.*\r?\n[\w-]+:/.test(start)) {
    throw unsupported(
      'The body looks like a multipart form. Only /v1/classify accepts forms, with the content type multipart/form-data and its boundary, which the HTTP library adds.',
    );
  }
  // curl sends this content type with files, too.
  if (type === 'application/x-www-form-urlencoded' && /^[\w.%[\]-]{1,40}=/.test(start)) {
    throw unsupported(
      'The body is a form without files (application/x-www-form-urlencoded). Send the file as multipart/form-data, as `curl -F image=@photo.jpg` does.',
    );
  }
}

const unsupported = (detail: string): HttpProblem => new HttpProblem('unsupported-image', detail);
