/**
 * @file Reads the images of a classification request.
 *
 * | body                                                  | read as                                             |
 * | ----------------------------------------------------- | --------------------------------------------------- |
 * | begins like an image file, whatever its content type  | that file                                           |
 * | `multipart/form-data`                                 | the files in the fields `image` and their variants  |
 * | `application/json`                                    | base64 in `image` or `images`                       |
 * | `application/octet-stream` of n × the input's bytes   | n images [channels, height, width], used unchanged  |
 */
import { detectFormat } from '#shared/decode/format.ts';
import { mediaType, parseBody } from '../../http/body.ts';
import { checkImageBody } from '../../http/image-body.ts';
import { checkImageCount } from '../../http/limits.ts';
import { type FormPart, parseForm } from '../../http/multipart.ts';
import { HttpProblem } from '../../http/problem.ts';
import type { RequestRecord } from '../../http/record.ts';
import { check } from '../../http/validate.ts';
import type { ImageInput } from '../../inference/classify.ts';
import { ClassifyBatchRequest, ClassifyRequest } from './requests.ts';

export interface Upload {
  images: ImageInput[];
  /** Whether the response is a list: for several images, and for the JSON member `images`. */
  isList: boolean;
}

/**
 * @param contentType of the request; may be empty
 * @param imageBytes number of bytes of the model's input for one image
 * @throws HttpProblem
 */
export function readUpload(
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
  imageBytes: number,
  record: RequestRecord,
): Upload {
  if (detectFormat(body)) return oneFile(body);
  const type = mediaType(contentType);
  switch (type) {
    case 'multipart/form-data':
      return fromForm(parseForm(body, contentType));
    case 'application/json':
      return fromJson(parseBody(body, record));
    case 'application/octet-stream':
      if (body.length % imageBytes === 0) return fromPixels(body, imageBytes);
  }
  checkImageBody(body, type);
  return oneFile(body);
}

const file = (bytes: Uint8Array<ArrayBuffer>): ImageInput => ({ kind: 'file', bytes });
const oneFile = (bytes: Uint8Array<ArrayBuffer>): Upload => ({ images: [file(bytes)], isList: false });

function fromJson(value: unknown): Upload {
  const isList = typeof value === 'object' && value !== null && 'images' in value && value.images !== null;
  if (isList) {
    // First, because the check of the schema decodes every image.
    if (Array.isArray(value.images)) checkImageCount(value.images.length);
    return { images: check(ClassifyBatchRequest, value).images.map(file), isList };
  }
  return oneFile(check(ClassifyRequest, value).image);
}

function fromPixels(body: Uint8Array<ArrayBuffer>, imageBytes: number): Upload {
  const count = body.length / imageBytes;
  checkImageCount(count);
  const images = Array.from({ length: count }, (_, i): ImageInput => {
    return { kind: 'pixels', bytes: body.subarray(i * imageBytes, (i + 1) * imageBytes) };
  });
  return { images, isList: count > 1 };
}

/** The field `image` and the names that libraries derive from it or use unless told otherwise, such as `images[]` and `file`. */
const FIELD = /^(image|file)s?(\[\d*\])?$/;

function fromForm(parts: FormPart[]): Upload {
  const fields = parts.filter((part) => FIELD.test(part.name) && !isEmptyInput(part));
  if (fields.some((part) => part.name === 'image' && !isFile(part))) {
    throw malformed('The form field "image" must be a file, not a text. Send base64 as JSON.');
  }
  const files = fields.filter(isFile);
  checkImageCount(files.length);
  if (files.length === 0) throw noFile(parts);
  return { images: files.map(({ bytes }) => file(bytes)), isList: files.length > 1 };
}

/** Browsers send such a part for a file input without a file. Some libraries omit its empty file name. */
const isEmptyInput = ({ fileName, bytes }: FormPart): boolean => !fileName && bytes.length === 0;

/** A part without a file name is a file when its media type or its bytes say so: some libraries write names only on request. */
function isFile({ fileName, mediaType, bytes }: FormPart): boolean {
  return fileName !== undefined || !/^(text\/.*)?$/.test(mediaType) || detectFormat(bytes) !== undefined;
}

function noFile(parts: FormPart[]): HttpProblem {
  if (parts.some((part) => FIELD.test(part.name) && isEmptyInput(part))) {
    return malformed('No file was chosen in the form.');
  }
  const accepted =
    'Name the field "image"; "images", "file" and "files" are accepted, too, also followed by "[]".';
  return malformed(`The form has no file in a field "image". ${sentFields(parts)} ${accepted}`);
}

/** Maximum number of names in a message. */
const MAX_NAMES = 5;

/** Lists the fields of a form. Names that are not plain words could be anything, so that they are not repeated. */
function sentFields(parts: FormPart[]): string {
  if (parts.length === 0) return 'It has no fields.';
  const names = new Set(
    parts.map(({ name }) => (/^[\w.[\]'-]{1,40}$/.test(name) ? `"${name}"` : 'one with another name')),
  );
  return `Its fields: ${[...names].slice(0, MAX_NAMES).join(', ')}${names.size > MAX_NAMES ? ', …' : ''}.`;
}

const malformed = (detail: string): HttpProblem => new HttpProblem('malformed-form', detail);
