/** @file Forms of POST /v1/classify as HTTP libraries write them, the names of their fields, and forms without a file. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClassifyBatchResponse, ClassifyResponse } from '../../../../edge/api/v1/responses.ts';
import { concat, greyPng } from '../../../fixtures/images.ts';
import { problemOf } from '../../support/callers.ts';
import { isolate, tinyRelease, utf8 } from '../../support/tiny.ts';

let worker: ReturnType<typeof isolate>;
let file: Uint8Array<ArrayBuffer>;
let expected: ClassifyResponse['predictions'];
beforeAll(async () => {
  worker = isolate(await tinyRelease(5));
  file = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
  const response = await worker.send('/v1/classify', { method: 'POST', body: file });
  ({ predictions: expected } = await response.json<ClassifyResponse>());
});

/** Sends bytes as they are, without a client that would write them otherwise. */
const send = (contentType: string, ...pieces: (string | Uint8Array)[]) =>
  worker.send('/v1/classify', {
    method: 'POST',
    body: concat(...pieces.map((piece) => (typeof piece === 'string' ? utf8(piece) : piece))),
    headers: { 'content-type': contentType },
  });

type Field = [disposition: string, content: string | Uint8Array];
const sendFields = (...fields: Field[]) =>
  send(
    'multipart/form-data; boundary=b',
    ...fields.flatMap(([disposition, content]) => [
      `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`,
      content,
      '\r\n',
    ]),
    '--b--\r\n',
  );

async function expectPredictions(response: Response) {
  expect(response.status, await response.clone().text()).toBe(200);
  expect((await response.json<ClassifyResponse>()).predictions).toEqual(expected);
}

/** Requests with the headers of one file, written after the libraries' documentation. */
const CLIENTS: [name: string, boundary: string, beforeFile: string, afterFile: string][] = [
  [
    'Chromium',
    'boundary=----WebKitFormBoundaryePkpFF7tjBAqx29L',
    '------WebKitFormBoundaryePkpFF7tjBAqx29L\r\nContent-Disposition: form-data; name="image"; filename="a%22b.png"\r\nContent-Type: image/png\r\n\r\n',
    '\r\n------WebKitFormBoundaryePkpFF7tjBAqx29L--\r\n',
  ],
  [
    'System.Net.Http of .NET',
    'boundary="7b2c8d5e-0b2d-4c3e-9c1a-2f4e5d6c7b8a"',
    "--7b2c8d5e-0b2d-4c3e-9c1a-2f4e5d6c7b8a\r\nContent-Disposition: form-data; name=image; filename=a.png; filename*=utf-8''a.png\r\n\r\n",
    '\r\n--7b2c8d5e-0b2d-4c3e-9c1a-2f4e5d6c7b8a--\r\n',
  ],
  [
    'System.Net.Http of .NET with a file name in Japanese',
    'boundary="7b2c8d5e"',
    '--7b2c8d5e\r\nContent-Type: image/png\r\nContent-Disposition: form-data; name=image; filename="=?utf-8?B?5YaZ55yfLnBuZw==?="; filename*=utf-8\'\'%E5%86%99%E7%9C%9F.png\r\n\r\n',
    '\r\n--7b2c8d5e--\r\n',
  ],
  [
    'System.Net.Http of .NET without a file name',
    'boundary="7b2c8d5e"',
    '--7b2c8d5e\r\nContent-Disposition: form-data; name=image\r\n\r\n',
    '\r\n--7b2c8d5e--\r\n',
  ],
  [
    'Akka HTTP',
    'boundary=mFqMYf6gN0vQRwCkJZ1mBWIj',
    '--mFqMYf6gN0vQRwCkJZ1mBWIj\r\nContent-Type: image/png\r\nContent-Disposition: form-data; filename=a.png; name=image\r\n\r\n',
    '\r\n--mFqMYf6gN0vQRwCkJZ1mBWIj--',
  ],
  [
    'mime/multipart of Go',
    'boundary=0f8e9fb5a9c52e1bd8a2e5a4b8ec0b2e2c7c2d6a3f6f2f0f9f8f7f6f5f4f',
    '--0f8e9fb5a9c52e1bd8a2e5a4b8ec0b2e2c7c2d6a3f6f2f0f9f8f7f6f5f4f\r\nContent-Disposition: form-data; name="image"; filename="a\\"b.png"\r\nContent-Type: application/octet-stream\r\n\r\n',
    '\r\n--0f8e9fb5a9c52e1bd8a2e5a4b8ec0b2e2c7c2d6a3f6f2f0f9f8f7f6f5f4f--\r\n',
  ],
  [
    'OkHttp',
    'boundary=8d4b2cf0-6f0e-4b43-9a5e-0d6f0a6d2f11',
    '--8d4b2cf0-6f0e-4b43-9a5e-0d6f0a6d2f11\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\nContent-Length: 99\r\n\r\n',
    '\r\n--8d4b2cf0-6f0e-4b43-9a5e-0d6f0a6d2f11--\r\n',
  ],
  [
    'Apache HttpClient',
    'charset=ISO-8859-1; boundary=xqzV0hW_-9',
    '--xqzV0hW_-9\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n',
    '\r\n--xqzV0hW_-9--\r\n',
  ],
  [
    'email.mime of Python',
    'boundary="===============5167923712345678901=="',
    'This is a multi-part message in MIME format.\r\n--===============5167923712345678901==\r\nMIME-Version: 1.0\r\nContent-Type: image/png\r\nContent-Disposition: form-data; name="image";\r\n filename="a.png"\r\n\r\n',
    '\r\n--===============5167923712345678901==--\r\nend',
  ],
  [
    'a script with line feeds',
    'boundary=xxx',
    '--xxx\nContent-Disposition: form-data; name="image"; filename="a.png"\n\n',
    '\n--xxx--\n',
  ],
];

describe('a form', () => {
  it.each(CLIENTS)('of %s is classified', async (_name, parameters, before, after) => {
    await expectPredictions(await send(`multipart/form-data; ${parameters}`, before, file, after));
  });

  it.each(['image', 'image[]', 'image[0]', 'images', 'images[]', 'file', 'file[]', 'files', 'files[]'])(
    'can have its file in the field %s',
    async (name) => {
      await expectPredictions(await sendFields([`name="${name}"; filename="a.png"`, file]));
    },
  );

  it('can have its file without a name, when the bytes or the media type are a file’s', async () => {
    await expectPredictions(await sendFields(['name=image', file]));
    const response = await sendFields(['name=image\r\nContent-Type: image/heic', 'no text']);
    expect(await problemOf(response)).toMatchObject({ type: 'unsupported-image' });
  });

  it('keeps the order of its files', async () => {
    const response = await sendFields(
      ['name="images[1]"; filename="a.png"', 'no image'],
      ['name="images[0]"; filename="b.png"', file],
    );
    const { results } = await response.json<ClassifyBatchResponse>();
    expect(results).toMatchObject([{ problem: { status: 415 } }, { predictions: expected }]);
  });

  it('may have other fields and file inputs without a file', async () => {
    const empty: Field = ['name="image"; filename=""\r\nContent-Type: application/octet-stream', ''];
    const unnamed: Field = ['name="image"\r\nContent-Type: application/octet-stream', ''];
    const picture: Field = ['name="image"; filename="a.png"', file];
    await expectPredictions(
      await sendFields(['name="file"', 'a.png'], empty, picture, unnamed, ['name="top_k"', '3']),
    );
  });
});

describe('a form without a file is malformed:', () => {
  it.each<[name: string, detail: RegExp, ...fields: Field[]]>([
    ['no file chosen', /^No file was chosen/, ['name="image"; filename=""', '']],
    ['no fields', /It has no fields\. Name the field "image"; "images", "file"/],
    [
      'other names',
      /Its fields: "picture", "photo\[\]"\. Name the field "image"/,
      ['name="picture"; filename="a.png"', 'x'],
      ['name="photo[]"; filename="b.png"', 'x'],
    ],
    ['a quoted name', /Its fields: "'image'"/, [`name='image'; filename='a.png'`, 'x']],
    [
      'a name that is not a word',
      /Its fields: one with another name\./,
      ['name="<b>secret"; filename=a', 'x'],
    ],
    ['a text', /must be a file, not a text\. Send base64 as JSON/, ['name="image"', 'secret']],
    [
      'a text of this type',
      /not a text/,
      ['name="image"\r\nContent-Type: text/plain; charset=utf-8', 'secret'],
    ],
  ])('%s', async (_name, detail, ...fields) => {
    const problem = await problemOf(await sendFields(...fields));
    expect(problem).toMatchObject({ type: 'malformed-form', detail: expect.stringMatching(detail) });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('lists at most five of its fields', async () => {
    const fields = Array.from({ length: 9 }, (_, i): Field => [`name=field${i}`, 'x']);
    const { detail } = (await problemOf(await sendFields(...fields))) as { detail?: string };
    expect(detail).toContain('"field3", "field4", ….');
  });
});
