/**
 * @file Uploads by clients that others wrote: curl, Python requests, and the FormData of Node; and requests after refused uploads.
 * @module-tag slow
 */
import { spawnSync } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSuccess, run } from '../support/command.ts';
import { sharedWorker } from '../support/shared-worker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
let trouser: Uint8Array<ArrayBuffer>;
let origin: string;
let url: string;

beforeAll(async () => {
  trouser = new Uint8Array(await readFile('examples/trouser.png'));
  await copyFile('examples/trouser.png', join(folder, 'photo.png'));
  await writeFile(join(folder, 'photo.png.gz'), gzipSync(trouser));
  await writeFile(
    join(folder, 'image.json'),
    JSON.stringify({ image: Buffer.from(trouser).toString('base64') }),
  );
  ({ origin } = await sharedWorker());
  url = `${origin}/v1/classify?top_k=1`;
});

const TROUSER = { predictions: [{ label: 'Trouser' }] };

describe('curl', () => {
  const curl = async (...args: string[]) =>
    JSON.parse((await expectSuccess(run('curl', ['--silent', ...args, url], { cwd: folder }))).stdout);

  it.each([
    ['a form', '--form', 'image=@photo.png'],
    ['a file name with quotes', '--form', 'image=@photo.png;filename="a\\"b.png"'],
    ['a percent-encoded file name', '--form-escape', '--form', 'image=@photo.png;filename="a\\"b.png"'],
    ['another field', '--form', 'note=x', '--form', 'file=@photo.png'],
    ['chunks', '--header', 'transfer-encoding: chunked', '--form', 'image=@photo.png'],
    ['bytes', '--data-binary', '@photo.png'],
    ['JSON', '--json', '@image.json'],
  ])('classifies %s', async (_name, ...args) => {
    expect(await curl(...args)).toMatchObject(TROUSER);
  });

  it('classifies several files of one form', async () => {
    const args = ['--form', 'images[]=@photo.png', '--form', 'images[]=@photo.png'];
    expect(await curl(...args)).toMatchObject({ results: [TROUSER, TROUSER] });
  });

  it.each<[name: string, detail: RegExp, ...args: string[]]>([
    ['base64 in a form', /Content-Transfer-Encoding/, '--form', 'image=@photo.png;encoder=base64'],
    ['a wrong field', /Its fields: "photo"/, '--form', 'photo=@photo.png'],
    ['JSON without its type', /looks like JSON/, '--data', '@image.json'],
    ['gzip', /Content-Encoding gzip/, '-H', 'content-encoding: gzip', '--data-binary', '@photo.png.gz'],
  ])('gets an error that names %s', async (_name, detail, ...args) => {
    expect(await curl(...args)).toMatchObject({ detail: expect.stringMatching(detail) });
  });
});

const hasRequests = spawnSync('python3', ['-c', 'import requests']).status === 0;
const skipped = hasRequests ? '' : ' (skipped: install python3-requests)';
describe.skipIf(!hasRequests)(`Python requests${skipped}`, () => {
  const post = async (parameters: string) => {
    const script = `import requests, sys\nsys.stdout.write(requests.post(sys.argv[1], ${parameters}).text)`;
    return JSON.parse((await expectSuccess(run('python3', ['-c', script, url], { cwd: folder }))).stdout);
  };

  it.each([
    ['a file', "files={'image': open('photo.png', 'rb')}"],
    ['bytes without a file name', "files={'image': (None, open('photo.png', 'rb'), 'image/png')}"],
    ['a file name in Japanese', "files={'image': ('写真.png', open('photo.png', 'rb'))}"],
    ['a file beside texts', "files={'file': open('photo.png', 'rb')}, data={'image_name': 'x', 'top_k': 3}"],
    ['a stream', "data=open('photo.png', 'rb')"],
    ['a generator', "data=iter([open('photo.png', 'rb').read()])"],
    [
      'null members',
      "json={'image': __import__('base64').b64encode(open('photo.png', 'rb').read()).decode(), 'images': None}",
    ],
  ])('classifies %s', async (_name, parameters) => {
    expect(await post(parameters)).toMatchObject(TROUSER);
  });
});

describe('the FormData of Node', () => {
  const post = async (form: FormData, headers: Record<string, string> = {}) =>
    (await fetch(url, { method: 'POST', body: form, headers })).json();

  it('classifies a file whose name has quotes and line breaks', async () => {
    const form = new FormData();
    form.append('no\r\n"te', 'x');
    form.append('image', new File([trouser], '"写\r\n真".png'));
    expect(await post(form)).toMatchObject(TROUSER);
  });

  it('classifies one file beside a file input without a file', async () => {
    const form = new FormData();
    form.append('image', new File([trouser], 'a.png'));
    form.append('image', new File([], ''));
    expect(await post(form)).toMatchObject(TROUSER);
  });

  it('gets an error when no file was chosen or the form is empty', async () => {
    const form = new FormData();
    expect(await post(form)).toMatchObject({ detail: expect.stringMatching(/no fields/) });
    form.append('image', new File([], ''));
    expect(await post(form)).toMatchObject({ detail: expect.stringMatching(/No file was chosen/) });
  });

  it('gets an error when the code sets the content type, which then lacks the boundary', async () => {
    const form = new FormData();
    form.append('image', new File([trouser], 'a.png'));
    const headers = { 'content-type': 'multipart/form-data' };
    expect(await post(form, headers)).toMatchObject({ detail: expect.stringMatching(/has no boundary/) });
  });
});

describe('a request succeeds', () => {
  const expectAnswer = async () => {
    const response = await fetch(url, { method: 'POST', body: trouser });
    expect(await response.json()).toMatchObject(TROUSER);
  };

  it('after an upload for a model that does not exist', async () => {
    const upload = { method: 'POST', body: new Uint8Array(5 * 2 ** 20) };
    for (let i = 0; i < 3; i++) {
      const refused = await fetch(`${origin}/v1/models/none/classify`, upload);
      expect(refused.status).toBe(404);
      await refused.body?.cancel();
      await expectAnswer();
    }
  });

  it('after an upload that is too large', async () => {
    for (let i = 0; i < 3; i++) {
      const body = new Blob([new Uint8Array(11 * 2 ** 20)]).stream();
      const refused = await fetch(url, { method: 'POST', body, duplex: 'half' });
      expect(refused.status).toBe(413);
      await refused.body?.cancel();
      await expectAnswer();
    }
  });
});
