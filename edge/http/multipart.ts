/**
 * @file Parses forms of the type multipart/form-data (RFC 7578).
 *
 * Accepts what HTTP libraries write: parameters with and without quotes, in any order and case; `filename*`; folded, unknown and
 * missing headers; a preamble and an epilogue; spaces after a boundary; lines that end with LF. Takes linear time and copies no bytes.
 */
import { mediaType } from './body.ts';
import { HttpProblem } from './problem.ts';

/** A field of a form. */
export interface FormPart {
  /** Empty when the part has no name. */
  name: string;
  /** Undefined for a text field, empty for a file input without a file. Escapes of `filename*` are not decoded. */
  fileName: string | undefined;
  /** In lower case, without parameters. Empty when the part declares none. */
  mediaType: string;
  /** A view of the body. */
  bytes: Uint8Array<ArrayBuffer>;
}

const MAX_PARTS = 256;
/** Limit on the headers of one part. */
const MAX_HEADER_BYTES = 8192;

const [TAB, LF, CR, SPACE, DASH] = [0x09, 0x0a, 0x0d, 0x20, 0x2d];

/**
 * Parses a complete form.
 * @param contentType the content type of the form, with its boundary
 * @throws HttpProblem `malformed-form`, `body-too-large`
 */
export function parseForm(body: Uint8Array<ArrayBuffer>, contentType: string): FormPart[] {
  const boundary = parametersOf(contentType).get('boundary');
  if (!boundary) {
    throw malformed(
      'The content type multipart/form-data has no boundary. Do not set it yourself: the HTTP library adds it with the boundary.',
    );
  }
  const findLine = boundaryFinder(body, boundary);
  let line = findLine(0);
  if (!line) throw malformed('The boundary of the content type does not occur in the body.');
  const parts: FormPart[] = [];
  while (!line.isLast) {
    if (parts.length === MAX_PARTS) {
      const detail = `The form has more than ${MAX_PARTS} fields. Split it into several requests.`;
      throw new HttpProblem('body-too-large', detail, { members: { limit: MAX_PARTS } });
    }
    const { headers, end } = readHeaders(body, line.end);
    const next = findLine(end);
    if (!next) throw cutOff();
    // A part without content may share its last line break with the next boundary.
    parts.push(partOf(headers, body.subarray(end, Math.max(end, next.start))));
    line = next;
  }
  return parts;
}

/** A line with the boundary. */
interface BoundaryLine {
  /** Index of the line break before the line, which belongs to the boundary. */
  start: number;
  /** Index after the line break at its end. */
  end: number;
  /** Whether it ends the form. */
  isLast: boolean;
}

/** Returns a function that finds the first boundary at or after the start of a line (Boyer–Moore–Horspool). */
function boundaryFinder(body: Uint8Array, boundary: string) {
  const delimiter = new TextEncoder().encode(`--${boundary}`);
  const last = delimiter.length - 1;
  /** By the byte under the last byte of the delimiter: how far the delimiter can move. */
  const steps = new Uint32Array(256).fill(delimiter.length);
  for (const [i, byte] of delimiter.subarray(0, last).entries()) steps[byte] = last - i;

  return (lineStart: number): BoundaryLine | undefined => {
    let at = lineStart;
    while (at + last < body.length) {
      // Comparing only at the start of a line keeps the time linear, because a boundary contains no line break.
      if ((at === lineStart || body[at - 1] === LF) && delimiter.every((byte, i) => byte === body[at + i])) {
        const ending = lineEnding(body, at + delimiter.length);
        if (ending) return { start: beforeLineBreak(body, at), ...ending };
      }
      at += steps[body[at + last] as number] as number;
    }
    return undefined;
  };
}

/** Returns the end of a boundary line, or undefined when the text goes on: then the line belongs to the content. */
function lineEnding(body: Uint8Array, from: number): { end: number; isLast: boolean } | undefined {
  if (body[from] === DASH && body[from + 1] === DASH) return { end: from + 2, isLast: true };
  let at = from;
  while (body[at] === SPACE || body[at] === TAB) at += 1;
  if (body[at] === CR) at += 1;
  return body[at] === LF ? { end: at + 1, isLast: false } : undefined;
}

function beforeLineBreak(body: Uint8Array, lineStart: number): number {
  return lineStart - (body[lineStart - 2] === CR ? 2 : 1);
}

/** Reads the headers of a part up to the empty line. @returns them by name in lower case, and the index after the empty line */
function readHeaders(body: Uint8Array, start: number): { headers: Map<string, string>; end: number } {
  let at = start;
  for (;;) {
    const lineBreak = body.indexOf(LF, at);
    if (lineBreak === -1) throw cutOff();
    if (lineBreak - start > MAX_HEADER_BYTES) {
      throw malformed(`The headers of a field are longer than ${MAX_HEADER_BYTES} bytes.`);
    }
    const isEmpty = lineBreak === at || (lineBreak === at + 1 && body[at] === CR);
    if (isEmpty) return { headers: headersOf(body.subarray(start, at)), end: lineBreak + 1 };
    at = lineBreak + 1;
  }
}

function headersOf(bytes: Uint8Array): Map<string, string> {
  // A line that begins with white space continues the line above.
  const lines = new TextDecoder()
    .decode(bytes)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  return new Map(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.trim().toLowerCase(), value.join(':').trim()];
    }),
  );
}

function partOf(headers: Map<string, string>, bytes: Uint8Array<ArrayBuffer>): FormPart {
  const encoding = headers.get('content-transfer-encoding') ?? 'binary';
  if (!/^(7bit|8bit|binary)$/i.test(encoding)) {
    throw malformed(
      'A field of the form has a Content-Transfer-Encoding other than binary, such as base64. Send the bytes of the file.',
    );
  }
  const parameters = parametersOf(headers.get('content-disposition') ?? '');
  return {
    name: parameters.get('name') ?? '',
    fileName: parameters.get('filename') ?? parameters.get('filename*'),
    mediaType: mediaType(headers.get('content-type')),
    bytes,
  };
}

/** Returns the parameters of a header by name in lower case. A value has quotes or ends at the next semicolon. */
function parametersOf(header: string): Map<string, string> {
  const found = header.matchAll(/;\s*([^\s=;]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"?|([^;]*))/g);
  return new Map(
    [...found].map(([, name = '', quoted, plain = '']) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? plain.trim(),
    ]),
  );
}

const malformed = (detail: string): HttpProblem => new HttpProblem('malformed-form', detail);

const cutOff = (): HttpProblem =>
  malformed('The form ends before its closing boundary. Check that the upload is complete.');
