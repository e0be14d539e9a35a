/**
 * @file A form whose back end verifies the classification with the service instead of trusting the browser. Run
 * `npx node examples/form/server.ts` beside `npm start` and open http://localhost:3000. For another service, set ENDPOINT and KEY, a bearer
 * key (`npm run key -- shop`).
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';

const { ENDPOINT = 'http://localhost:8787', KEY, PORT = '3000' } = process.env;

/** The service's response to a token. */
type Verification =
  | { valid: true; label: string; score: number; abstained: string | null; image_sha256: string }
  | { valid: false; reason: string };

async function verify(token: string): Promise<Verification> {
  const response = await fetch(`${ENDPOINT}/v1/verify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(KEY && { authorization: `Bearer ${KEY}` }) },
    body: JSON.stringify({ token }),
  });
  if (!response.ok) throw new Error(`cannot verify the token: expected status 200, got ${response.status}`);
  return (await response.json()) as Verification;
}

async function formOf(request: IncomingMessage): Promise<FormData> {
  const body = new Uint8Array(Buffer.concat(await request.toArray()));
  return new Response(body, {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData();
}

/** Decides about an offer: returns the status and the text of the response. */
async function accept(form: FormData): Promise<[status: number, text: string]> {
  const label = form.get('garment');
  if (!label) return [422, 'Please choose a photo or the kind of the garment.'];
  const token = form.get('garment-token');
  // The field could not be loaded or could not reach the service, and the person chose the kind. The shop then reviews the offer.
  if (typeof token !== 'string') return [200, `You chose ${label}. We will review your offer.`];
  const verification = await verify(token);
  if (!verification.valid)
    return [422, `Please choose the photo again: its token is ${verification.reason}.`];
  const photo = form.get('garment-file');
  const digest = await crypto.subtle.digest(
    'SHA-256',
    photo instanceof File ? await photo.arrayBuffer() : new Uint8Array(),
  );
  if (Buffer.from(digest).toString('hex') !== verification.image_sha256)
    return [422, 'The token belongs to another photo.'];
  // Only the token proves what the model predicted: the person may correct the model, and the model may decline to answer.
  if (verification.abstained !== null)
    return [200, `The model is not sure about the photo, you chose ${label}. We will review your offer.`];
  if (label !== verification.label)
    return [200, `The model says ${verification.label}, you chose ${label}. We will review your offer.`];
  return [200, `Offered: ${label}.`];
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
