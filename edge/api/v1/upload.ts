/**
 * @file The body of a classification request → its images.
 *
 * | body                                                          | read as                                        |
 * | ------------------------------------------------------------- | ---------------------------------------------- |
 * | begins like an image file, whatever its type says             | that file                                      |
 * | `multipart/form-data`                                         | the files in its fields `image`                |
 * | `application/json`                                            | `image` or `images`, base64                    |
 * | `application/octet-stream` of n × 784 bytes                   | n images of 28 × 28 grey bytes, taken as is    |
 */
import { detectFormat } from '#shared/decode/format.ts';
import { IMAGE_PIXELS } from '#shared/labels.ts';
import type { Picture } from '../../classify.ts';
import { HttpProblem } from '../../problem.ts';
import type { RequestRecord } from '../../telemetry/request.ts';
import { mediaType, readBody } from '../body.ts';
import { checkImageCount } from '../limits.ts';
import { check, parseJson } from '../validate.ts';
import { ClassifyBatchRequest, ClassifyRequest } from './requests.ts';

export interface Upload {
  pictures: Picture[];
  /** Whether the answer is a list: several images, or one in a form of JSON that can hold several. */
  isList: boolean;
}

/** Name of the form's fields. */
const FIELD = 'image';

/** @throws HttpProblem */
export async function readUpload(request: Request, record: RequestRecord): Promise<Upload> {
  const body = await readBody(request, record);
  if (detectFormat(body)) return one(body);
  switch (mediaType(request)) {
    case 'multipart/form-data':
      return fromForm(body, request.headers.get('content-type') ?? '');
    case 'application/json':
      return fromJson(parseJson(body));
    case 'application/octet-stream':
      if (body.length % IMAGE_PIXELS === 0) return fromPixels(body);
  }
  return one(body);
}

const file = (bytes: Uint8Array<ArrayBuffer>): Picture => ({ kind: 'file', bytes });
const one = (bytes: Uint8Array<ArrayBuffer>): Upload => ({ pictures: [file(bytes)], isList: false });

function fromJson(value: unknown): Upload {
  const isList = typeof value === 'object' && value !== null && 'images' in value;
  if (isList) {
    const { images } = check(ClassifyBatchRequest, value);
    checkImageCount(images.length);
    return { pictures: images.map(file), isList };
  }
  return one(check(ClassifyRequest, value).image);
}

function fromPixels(body: Uint8Array<ArrayBuffer>): Upload {
  const count = body.length / IMAGE_PIXELS;
  checkImageCount(count);
  const pictures = Array.from({ length: count }, (_, i): Picture => {
    return { kind: 'pixels', bytes: body.subarray(i * IMAGE_PIXELS, (i + 1) * IMAGE_PIXELS) };
  });
  return { pictures, isList: count > 1 };
}

async function fromForm(body: Uint8Array<ArrayBuffer>, type: string): Promise<Upload> {
  const parts = await formParts(body, type);
  checkImageCount(parts.length);
  const pictures: Picture[] = [];
  for (const part of parts) {
    if (!(part instanceof File)) {
      throw new HttpProblem('malformed-form', `Every field "${FIELD}" of the form must be a file.`);
    }
    pictures.push(file(new Uint8Array(await part.arrayBuffer())));
  }
  return { pictures, isList: pictures.length > 1 };
}

async function formParts(body: Uint8Array<ArrayBuffer>, type: string): Promise<(File | string)[]> {
  let form: FormData;
  try {
    form = await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch (cause) {
    throw new HttpProblem('malformed-form', 'The body is no multipart form of its content type.', { cause });
  }
  const parts = form.getAll(FIELD);
  if (parts.length > 0) return parts;
  throw new HttpProblem('malformed-form', `The form must have a file in a field "${FIELD}".`);
}
