/**
 * @file A form whose back end believes the endpoint, not the browser: `node examples/form/server.ts` beside `npm start`, then
 * http://localhost:3000. Elsewhere with `ENDPOINT` and `KEY`, a bearer key (`npm run key -- shop`).
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';

const { ENDPOINT = 'http://localhost:8787', KEY, PORT = '3000' } = process.env;

/** What the endpoint answers to a token. */
type Verdict =
  | { valid: true; label: string; score: number; image_sha256: string }
  | { valid: false; reason: string };

async function verify(token: string): Promise<Verdict> {
  const response = await fetch(`${ENDPOINT}/v1/verify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(KEY && { authorization: `Bearer ${KEY}` }) },
    body: JSON.stringify({ token }),
  });
  if (!response.ok) throw new Error(`cannot verify: expected 200, got ${response.status}`);
  return (await response.json()) as Verdict;
}

async function formOf(request: IncomingMessage): Promise<FormData> {
  const body = new Uint8Array(Buffer.concat(await request.toArray()));
  return new Response(body, {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData();
}

/** What is to be answered to an offer. */
async function accept(form: FormData): Promise<[status: number, text: string]> {
  const verdict = await verify(String(form.get('garment-token')));
  if (!verdict.valid) return [422, `Please choose the photo again: its token is ${verdict.reason}.`];
  const photo = form.get('garment-file');
  const digest = await crypto.subtle.digest(
    'SHA-256',
    photo instanceof File ? await photo.arrayBuffer() : new Uint8Array(),
  );
  if (Buffer.from(digest).toString('hex') !== verdict.image_sha256)
    return [422, 'The token is for another photo.'];
  // The person may know better than the model: that is theirs to say, and yours to look at.
  const isTheirs = form.get('garment') !== verdict.label;
  return [
    200,
    isTheirs
      ? `The model says ${verdict.label}, you say otherwise: we will look.`
      : `Offered: ${verdict.label}.`,
  ];
}

const page = await readFile(new URL('page.html', import.meta.url), 'utf8');

createServer(async (request, response) => {
  if (request.method !== 'POST') {
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end(page.replaceAll('$ENDPOINT', ENDPOINT));
    return;
  }
  const [status, text] = await accept(await formOf(request)).catch(
    (error: Error) => [500, error.message] as const,
  );
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}).listen(Number(PORT), 'localhost');
