/** @file Endpoints as people paste them: with the bucket, without a scheme, with a query; and the addresses of requests. */
import { describe, expect, test } from 'vitest';
import { openStore } from '../../../train/store/open.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';
const R2 = `https://${ACCOUNT}.r2.cloudflarestorage.com`;

interface Flags {
  bucket?: string;
  endpoint?: string;
  addressing?: string;
}

/** Opens a store. @returns the store's description, or the error's message */
function open(flags: Flags, env: Record<string, string> = {}): string {
  try {
    return openStore(flags, env).description;
  } catch (error) {
    expect(error).toMatchObject({ name: 'ExplainedError', kind: 'usage' });
    return String(error);
  }
}

describe('an endpoint that contains the bucket is refused with the right form', () => {
  test.each([
    ['models', `${R2}/models`, `--endpoint ${R2} --bucket models`],
    ['models', `${R2}/models/`, `--endpoint ${R2} --bucket models`],
    ['models', `${R2}//models//`, `--endpoint ${R2} --bucket models`],
    ['models', ` ${R2}/models\n`, `--endpoint ${R2} --bucket models`],
    ['models', `${R2.toUpperCase().replace('HTTPS', 'https')}/models`, `--endpoint ${R2} --bucket models`],
    ['models', `${R2}/mod%65ls`, `--endpoint ${R2} --bucket models`],
    // The host shows that a path can only be a bucket, even if its name is another.
    ['tinyvgg-models', `${R2}/models`, `--endpoint ${R2} --bucket models`],
    ['tinyvgg-models', `${R2}/models/folder`, `--endpoint ${R2} --bucket models`],
    [
      'tinyvgg-models',
      `https://${ACCOUNT}.eu.r2.cloudflarestorage.com/models`,
      `--endpoint https://${ACCOUNT}.eu.r2.cloudflarestorage.com --bucket models`,
    ],
    ['models', 'http://localhost:9000/models', '--endpoint http://localhost:9000 --bucket models'],
    [
      'models',
      'https://store.example/storage/v1/s3/models/',
      '--endpoint https://store.example/storage/v1/s3 --bucket models',
    ],
    // The URL of an object or a folder in the bucket.
    ['models', 'http://localhost:9000/models/folder/', '--endpoint http://localhost:9000 --bucket models'],
  ])('%s: %s', (bucket, endpoint, form) => {
    const message = open({ bucket, endpoint });
    expect(message).toContain('expected the address of the S3 API without the bucket, got');
    expect(message).toContain(`Use ${form}.`);
  });

  test.each([
    ['tinyvgg-models', `https://models.${ACCOUNT}.r2.cloudflarestorage.com`, R2],
    ['models', 'https://models.s3.eu-west-1.amazonaws.com', 'https://s3.eu-west-1.amazonaws.com'],
    ['tinyvgg-models', 'https://models.s3.amazonaws.com/', 'https://s3.amazonaws.com'],
    ['tinyvgg-models', 'https://models.oss-cn-hangzhou.aliyuncs.com', 'https://oss-cn-hangzhou.aliyuncs.com'],
    ['tinyvgg-models', 'https://models.cos.ap-beijing.myqcloud.com', 'https://cos.ap-beijing.myqcloud.com'],
    ['tinyvgg-models', 'https://models.nyc3.digitaloceanspaces.com', 'https://nyc3.digitaloceanspaces.com'],
    [
      'tinyvgg-models',
      'https://models.s3.us-west-004.backblazeb2.com',
      'https://s3.us-west-004.backblazeb2.com',
    ],
    ['tinyvgg-models', 'https://models.storage.googleapis.com', 'https://storage.googleapis.com'],
    ['models', 'https://models.minio.example:9000', 'https://minio.example:9000'],
  ])('in the host name, bucket %s: %s', (bucket, endpoint, api) => {
    expect(open({ bucket, endpoint })).toContain(
      `Use --endpoint ${api} --bucket models --addressing virtual.`,
    );
  });

  test('unless --addressing path says that a folder of the path has the name by chance', () => {
    const flags = { bucket: 'storage', endpoint: 'https://project.supabase.co/storage/v1/s3' };
    expect(open(flags)).toContain(`If ${flags.endpoint} is the S3 API itself, add --addressing path.`);
    expect(open({ ...flags, addressing: 'path' })).toBe(`s3://storage at ${flags.endpoint}`);
  });

  test('unless --addressing path says that the host has the name by chance', () => {
    const flags = { bucket: 'storage', endpoint: 'https://storage.example.com' };
    expect(open(flags)).toContain('If storage.example.com is the S3 API itself, add --addressing path.');
    expect(open({ ...flags, addressing: 'path' })).toBe('s3://storage at https://storage.example.com');
  });
});

test.each([
  [`${ACCOUNT}.r2.cloudflarestorage.com`, `Write ${R2}.`],
  ['localhost:9000', 'Write http://localhost:9000.'],
  ['127.0.0.1:9000/s3', 'Write http://127.0.0.1:9000/s3.'],
  ['s3://models', 'got a URL that begins with s3://'],
  [`${R2}?X-Amz-Signature=hidden`, `got a URL with ?…. Use ${R2}/.`],
  [`${R2}/#fragment`, 'got a URL with #…'],
])('the endpoint %s is refused with what to write', (endpoint, next) => {
  const message = open({ bucket: 'models', endpoint });
  expect(message).toContain(next);
  expect(message).not.toContain('hidden');
});

test.each([
  ['s3://models', 'models'],
  ['models/', 'models'],
  ['models/folder', 'models'],
  ['https://host.example/models', 'models'],
  [' models', 'NAME'],
  ['..', 'NAME'],
  ['s3://..', 'NAME'],
  ['arn:aws:s3:::models', 'models'],
  ['arn:aws-cn:s3:::models/folder', 'models'],
])('the bucket "%s" is refused with what to write', (bucket, name) => {
  expect(open({ bucket, endpoint: R2 })).toContain(`Use --bucket ${name} or MODEL_BUCKET=${name}.`);
});

test.each([
  ['http://localhost:8787/cdn-cgi/local/r2/s3', 'http://localhost:8787/cdn-cgi/local/r2/s3'],
  ['https://project.supabase.co/storage/v1/s3/', 'https://project.supabase.co/storage/v1/s3'],
  [
    'https://bucket.vpce-1a2b.s3.us-east-1.vpce.amazonaws.com',
    'https://bucket.vpce-1a2b.s3.us-east-1.vpce.amazonaws.com',
  ],
  ['https://s3.eu-west-1.amazonaws.com', 'https://s3.eu-west-1.amazonaws.com'],
  ['http://[::1]:9000', 'http://[::1]:9000'],
])('the endpoint %s is accepted', (endpoint, address) => {
  expect(open({ bucket: 'models', endpoint })).toBe(`s3://models at ${address}`);
});

describe('addressing', () => {
  const endpoint = 'https://oss-cn-hangzhou.aliyuncs.com';

  test('is chosen by flag, then by environment', () => {
    const env = { AWS_S3_ADDRESSING_STYLE: 'virtual' };
    const virtual = 's3://models at https://models.oss-cn-hangzhou.aliyuncs.com';
    expect(open({ bucket: 'models', endpoint })).toBe(`s3://models at ${endpoint}`);
    expect(open({ bucket: 'models', endpoint, addressing: 'virtual' })).toBe(virtual);
    expect(open({ bucket: 'models', endpoint }, env)).toBe(virtual);
    expect(open({ bucket: 'models', endpoint, addressing: 'path' }, env)).toBe(`s3://models at ${endpoint}`);
    expect(open({ bucket: 'models', endpoint }, { AWS_S3_ADDRESSING_STYLE: '' })).toBe(
      `s3://models at ${endpoint}`,
    );
  });

  test('of another name is refused', () => {
    expect(open({ addressing: 'auto' })).toContain('expected path or virtual, got auto');
  });

  test.each([
    ['http://127.0.0.1:9000', 'models'],
    ['http://[::1]:9000', 'models'],
    [endpoint, 'my.models'],
    [endpoint, 'My_models'],
  ])(
    'virtual is refused for the endpoint %s and the bucket %s, which have no such host name',
    (endpoint, bucket) => {
      expect(open({ bucket, endpoint, addressing: 'virtual' })).toContain('Use --addressing path.');
    },
  );
});
