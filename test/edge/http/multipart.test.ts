/** @file The parser of multipart forms: any form in any style, any bytes, and the time that it takes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../../../edge/http/limits.ts';
import { type FormPart, parseForm } from '../../../edge/http/multipart.ts';
import { HttpProblem } from '../../../edge/http/problem.ts';
import { concat } from '../../fixtures/images.ts';
import { utf8 } from '../support/tiny.ts';

const BOUNDARY = '----Boundary7MA4YWxk';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

const parseText = (text: string, type = TYPE) =>
  parseForm(utf8(text), type).map(({ bytes, ...part }) => ({
    ...part,
    text: new TextDecoder().decode(bytes),
  }));

/** How a client writes a form. */
interface Style {
  boundary: string;
  lineBreak: string;
  hasQuotes: boolean;
  nameComesFirst: boolean;
  isUpperCase: boolean;
  isFolded: boolean;
  padding: string;
  preamble: string;
  epilogue: string;
}

const escaped = (text: string) => text.replaceAll(/["\\]/g, '\\$&');

function serialize(parts: FormPart[], style: Style): Uint8Array<ArrayBuffer> {
  const { boundary, lineBreak, hasQuotes, isUpperCase, padding, preamble, epilogue } = style;
  const line = (name: string, value: string) =>
    utf8(`${isUpperCase ? name.toUpperCase() : name.toLowerCase()}: ${value}${lineBreak}`);
  const parameter = (name: string, value: string) =>
    `${isUpperCase ? name.toUpperCase() : name}=${hasQuotes ? `"${escaped(value)}"` : value}`;
  const chunks = [utf8(preamble)];
  for (const { name, fileName, mediaType, bytes } of parts) {
    const parameters = [parameter('name', name)];
    if (fileName !== undefined) parameters.push(parameter('filename', fileName));
    if (!style.nameComesFirst) parameters.reverse();
    const separator = style.isFolded ? `;${lineBreak}\t` : '; ';
    chunks.push(utf8(`--${boundary}${padding}${lineBreak}`), line('X-Unknown', 'a: b; name=c'));
    if (mediaType) chunks.push(line('Content-Type', `${mediaType}; charset=utf-8`));
    chunks.push(line('Content-Disposition', ['form-data', ...parameters].join(separator)));
    chunks.push(utf8(lineBreak), bytes, utf8(lineBreak));
  }
  return concat(...chunks, utf8(`--${boundary}--${epilogue}`));
}

/** Bytes that resemble the boundary without being one. */
const almost = fc.constantFrom(
  '\r\n',
  '\n',
  '\r',
  '--',
  `\r\n--${BOUNDARY.slice(0, -1)}`,
  `--${BOUNDARY}x`,
  `-${BOUNDARY}`,
);
const content = fc
  .array(fc.oneof(almost.map(utf8), fc.uint8Array({ maxLength: 50 })), { maxLength: 8 })
  .map((pieces) => concat(...pieces))
  // A dash before a piece can make it a boundary.
  .filter(
    (bytes) =>
      !String.fromCharCode(...bytes)
        .replaceAll(`--${BOUNDARY}x`, '')
        .includes(`--${BOUNDARY}`),
  );

const token = fc.stringMatching(/^[\w.*$[\]-]{1,20}$/);
const styles = fc.record<Style>({
  boundary: fc.constantFrom(BOUNDARY, "=_Part_1 (x):y/z?'+,"),
  lineBreak: fc.constantFrom('\r\n', '\n'),
  hasQuotes: fc.boolean(),
  nameComesFirst: fc.boolean(),
  isUpperCase: fc.boolean(),
  isFolded: fc.boolean(),
  padding: fc.constantFrom('', ' ', ' \t '),
  preamble: fc.constantFrom('', '\r\n', 'This is a message.\r\n', '--\n'),
  epilogue: fc.constantFrom('', '\r\n', '\r\nbye', `\r\n--${BOUNDARY}`),
});
const forms = styles.chain((style) => {
  const text = style.hasQuotes ? fc.oneof(token, fc.stringMatching(/^[ -~äфト"\\]{0,20}$/)) : token;
  const parts = fc.record<FormPart>({
    name: text,
    fileName: fc.option(text, { nil: undefined }),
    mediaType: fc.constantFrom('', 'image/png', 'text/plain'),
    // Where lines end with LF, a final CR cannot be told from a line break.
    bytes: style.lineBreak === '\n' ? content.map((bytes) => concat(bytes, utf8('.'))) : content,
  });
  return fc.tuple(fc.constant(style), fc.array(parts, { maxLength: 6 }));
});

it('reads every form that any style of client writes', () => {
  fc.assert(
    fc.property(forms, ([style, parts]) => {
      const body = serialize(parts, style);
      const parsed = parseForm(body, `multipart/form-data; charset=utf-8; boundary="${style.boundary}"`);
      expect(parsed).toEqual(parts);
      for (const { bytes } of parsed) expect(bytes.buffer).toBe(body.buffer);
    }),
    { numRuns: 500 },
  );
});

it('yields parts or a client error for any bytes', () => {
  const pieces = fc.constantFrom(
    ...['--b', '\r\n', '\n', '--', ' ', '\r\n\r\n', ':', ';', '=', '"', '\\', '\0', 'é'],
    ...['content-disposition: form-data; name="image"', 'filename*=', 'content-transfer-encoding: '],
  );
  const piece = fc.oneof({ weight: 5, arbitrary: pieces.map(utf8) }, fc.uint8Array({ maxLength: 20 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        parseForm(concat(...pieces), 'multipart/form-data; boundary=b');
      } catch (error) {
        if (!(error instanceof HttpProblem)) throw error;
        expect(error.status).toBeGreaterThanOrEqual(400);
        expect(error.status).toBeLessThan(500);
      }
    }),
    { numRuns: 1000 },
  );
});

describe('takes linear time for', () => {
  // Quadratic time would be hours.
  const dashes = '-'.repeat(70);
  it.each([
    ['line breaks', '\n', BOUNDARY],
    ['beginnings of the boundary', `\r\n--${BOUNDARY.slice(0, -1)}`, BOUNDARY],
    ['boundaries that go on', `\r\n--${BOUNDARY}x`, BOUNDARY],
    ['boundaries with spaces', `\r\n--${BOUNDARY}${' '.repeat(1000)}x`, BOUNDARY],
    ['dashes', '-', dashes],
    ['lines of dashes', `\n${dashes}`, dashes],
  ])('%s', (_name, text, boundary) => {
    const content = `x${text.repeat(Math.floor((MAX_BODY_BYTES - 200) / text.length))}`;
    const body = utf8(
      `--${boundary}\r\nContent-Disposition: form-data; name=a\r\n\r\n${content}\r\n--${boundary}--`,
    );
    expect(parseForm(body, `multipart/form-data; boundary=${boundary}`)[0]?.bytes.length).toBe(
      content.length,
    );
  });

  it.each([
    ['spaces', ' '],
    ['semicolons', ';'],
    ['names', ';a '],
    ['quotes', ';a="'],
    ['backslashes', '\\'],
  ])('a header of %s', (_name, text) => {
    const value = text.repeat(Math.floor(8000 / text.length));
    const part = `--${BOUNDARY}\r\nContent-Disposition: form-data; name=a${value}x\r\n\r\n.\r\n`;
    expect(parseText(`${part.repeat(256)}--${BOUNDARY}--`)).toHaveLength(256);
  });
});

describe('the content type', () => {
  const body = (boundary: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--${boundary}--`;
  it.each([
    ['quoted', 'multipart/form-data; boundary="a b"', 'a b'],
    ['without a space', 'multipart/form-data;boundary=ab', 'ab'],
    ['in upper case', 'MULTIPART/FORM-DATA; BOUNDARY=aB', 'aB'],
    ['before a parameter', 'multipart/form-data; boundary=ab; charset=utf-8', 'ab'],
    ['after a parameter', 'multipart/form-data; charset="x;boundary=no"; boundary=ab', 'ab'],
    ['sent twice', 'multipart/form-data; boundary=ab, multipart/form-data; boundary=ab', 'ab'],
  ])('can have its boundary %s', (_name, type, boundary) => {
    expect(parseText(body(boundary), type)).toEqual([
      { name: 'a', fileName: undefined, mediaType: '', text: '1' },
    ]);
  });

  it.each(['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=""'])(
    '%s is refused, because it has no boundary',
    (type) => {
      expect(() => parseText(body('ab'), type)).toThrow(/has no boundary/);
    },
  );
});

describe('a damaged form is refused, and the error names the damage:', () => {
  const part = (headers: string, content = 'x') => `--${BOUNDARY}\r\n${headers}\r\n\r\n${content}\r\n`;
  const field = part('Content-Disposition: form-data; name=a');
  it.each([
    ['another boundary', '--other\r\n\r\n\r\n--other--', /does not occur/],
    ['no closing boundary', field, /ends before its closing boundary/],
    ['cut off in the boundary', `${field}--${BOUNDARY}`, /ends before its closing boundary/],
    ['cut off in a header', `--${BOUNDARY}\r\nContent-Dis`, /ends before its closing boundary/],
    [
      'a transfer encoding',
      `${part('content-transfer-encoding: BASE64', 'eA==')}--${BOUNDARY}--`,
      /Content-Transfer-Encoding/,
    ],
    ['long headers', part(`X: ${'a'.repeat(8192)}`), /longer than 8192 bytes/],
    ['endless headers', part('a: b\r\n'.repeat(2000)), /longer than 8192 bytes/],
  ])('%s', (_name, text, message) => {
    expect(() => parseText(text)).toThrow(message);
  });

  it('more fields than the limit', () => {
    expect(parseText(`${field.repeat(256)}--${BOUNDARY}--`)).toHaveLength(256);
    expect(() => parseText(`${field.repeat(257)}--${BOUNDARY}--`)).toThrow(/more than 256 fields/);
  });
});

describe('a part', () => {
  it.each(['7bit', '8bit', 'BINARY'])('with the transfer encoding %s has its bytes unchanged', (encoding) => {
    const text = `--${BOUNDARY}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\nx=3D\r\n--${BOUNDARY}--`;
    expect(parseText(text)).toMatchObject([{ text: 'x=3D' }]);
  });

  it('without headers or without content is empty', () => {
    const empty = { name: '', fileName: undefined, mediaType: '', text: '' };
    const boundary = `--${BOUNDARY}`;
    expect(parseText(`${boundary}\r\n\r\n\r\n${boundary}--`)).toEqual([empty]);
    expect(parseText(`${boundary}\r\n\r\n${boundary}--`)).toEqual([empty]);
    expect(parseText(`${boundary}--\r\n`)).toEqual([]);
  });
});
