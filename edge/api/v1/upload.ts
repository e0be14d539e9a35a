/**
 * @file Reads the images of a classification request.
 *
 * | body                                                  | read as                                             |
 * | ----------------------------------------------------- | --------------------------------------------------- |
 * | begins like an image file, whatever its content type  | that file                                           |
 * | `multipart/form-data`                                 | the files in the fields `image`                     |
 * | `application/json`                                    | base64 in `image` or `images`                       |
 * | `application/octet-stream` of n × 784 bytes           | n images of 28 × 28 grey bytes, used unchanged      |
 */
import { detectFormat } from '#shared/decode/format.ts';
import { IMAGE_PIXELS } from '#shared/labels.ts';
import { mediaType, readBody } from '../../http/body.ts';
import { checkImageBody } from '../../http/image-body.ts';
import { checkImageCount } from '../../http/limits.ts';
import { HttpProblem } from '../../http/problem.ts';
import type { RequestRecord } from '../../http/record.ts';
import { check, parseJson } from '../../http/validate.ts';
import type { ImageInput } from '../../inference/classify.ts';
import { ClassifyBatchRequest, ClassifyRequest } from './requests.ts';

export interface Upload {
  images: ImageInput[];
  /** Whether the response is a list: for several images, and for the JSON member `images`. */
  isList: boolean;
}

/** @throws HttpProblem */
export async function readUpload(request: Request, record: RequestRecord): Promise<Upload> {
  const body = await readBody(request, record);
  if (detectFormat(body)) return oneFile(body);
  const contentType = request.headers.get('content-type') ?? '';
  const type = mediaType(contentType);
  switch (type) {
    case 'multipart/form-data':
      return fromForm(body, contentType);
    case 'application/json':
      return fromJson(parseJson(body));
    case 'application/octet-stream':
      if (body.length % IMAGE_PIXELS === 0) return fromPixels(body);
  }
  checkImageBody(body, type);
  return oneFile(body);
}

/** Name of the form fields with files. */
const FIELD = 'image';

const file = (bytes: Uint8Array<ArrayBuffer>): ImageInput => ({ kind: 'file', bytes });
const oneFile = (bytes: Uint8Array<ArrayBuffer>): Upload => ({ images: [file(bytes)], isList: false });

function fromJson(value: unknown): Upload {
  const isList = typeof value === 'object' && value !== null && 'images' in value && value.images !== null;
  if (isList) {
    const { images } = check(ClassifyBatchRequest, value);
    checkImageCount(images.length);
    return { images: images.map(file), isList };
  }
  return oneFile(check(ClassifyRequest, value).image);
}

function fromPixels(body: Uint8Array<ArrayBuffer>): Upload {
  const count = body.length / IMAGE_PIXELS;
  checkImageCount(count);
  const images = Array.from({ length: count }, (_, i): ImageInput => {
    return { kind: 'pixels', bytes: body.subarray(i * IMAGE_PIXELS, (i + 1) * IMAGE_PIXELS) };
  });
  return { images, isList: count > 1 };
}

async function fromForm(body: Uint8Array<ArrayBuffer>, type: string): Promise<Upload> {
  const fields = await formFields(body, type);
  checkImageCount(fields.length);
  const images: ImageInput[] = [];
  for (const field of fields) {
    if (!(field instanceof File)) {
      throw new HttpProblem('malformed-form', `The form field "${FIELD}" must be a file, not a text.`);
    }
    images.push(file(new Uint8Array(await field.arrayBuffer())));
  }
  return { images, isList: images.length > 1 };
}

async function formFields(body: Uint8Array<ArrayBuffer>, type: string): Promise<(File | string)[]> {
  let form: FormData;
  try {
    form = await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch (cause) {
    const detail = 'The body is not a multipart form with the boundary of its content type.';
    throw new HttpProblem('malformed-form', detail, { cause });
  }
  const fields = form.getAll(FIELD);
  if (fields.length > 0) return fields;
  throw new HttpProblem('malformed-form', `The form has no file in a field "${FIELD}".`);
}
