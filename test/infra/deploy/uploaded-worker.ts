/** @file A Worker as wrangler has uploaded it to the local stand-in for Cloudflare, and how `wrangler dev` runs these files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Binding {
  name: string;
  type: string;
  bucket_name?: string;
  service?: string;
  text?: string;
  namespace_id?: string;
  simple?: object;
}

interface Metadata {
  main_module: string;
  bindings: Binding[];
  compatibility_date: string;
  compatibility_flags?: string[];
  /** wrangler uploads the file `_headers` as a part of the configuration. */
  assets?: { jwt?: string; config?: { run_worker_first?: unknown; _headers?: string } };
}

export interface UploadedWorker {
  metadata: Metadata;
  modules: Map<string, Buffer>;
  /** By path; of a Worker with assets. */
  assets: Map<string, Buffer>;
}

/** Parses the form of an upload (multipart metadata). https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/ */
export async function parseUpload(
  body: Buffer,
  contentType: string,
  assets: Map<string, Buffer>,
): Promise<UploadedWorker> {
  const form = await formOf(body, contentType);
  const modules = new Map<string, Buffer>();
  let metadata: Metadata | undefined;
  for (const [name, value] of form) {
    const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
    if (name === 'metadata') metadata = JSON.parse(bytes.toString());
    else if (typeof value !== 'string') modules.set(name, bytes);
  }
  if (!metadata) throw new Error('the upload has no metadata');
  return { metadata, modules, assets };
}

export const formOf = (body: Buffer, contentType: string): Promise<FormData> =>
  new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();

/**
 * Writes an uploaded Worker with a configuration for `wrangler dev`, which bundles it again: it adds what reads the bodies of refused requests
 * to their end. Without that, the next request of a connection fails in workerd as wrangler runs it.
 * @returns the path of the configuration
 */
export function writeWorker(
  folder: string,
  name: string,
  { metadata, modules, assets }: UploadedWorker,
): string {
  const write = (path: string, bytes: Buffer | string) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  };
  for (const [path, bytes] of modules) write(`modules/${path}`, bytes);
  for (const [path, bytes] of assets) write(`assets${path}`, bytes);
  const { _headers } = metadata.assets?.config ?? {};
  if (_headers) write('assets/_headers', _headers);
  const of = (type: string) => metadata.bindings.filter((one) => one.type === type);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local-secret' };
  const [assetsBinding] = of('assets');
  const configuration = {
    name,
    main: `modules/${metadata.main_module}`,
    compatibility_date: metadata.compatibility_date,
    compatibility_flags: metadata.compatibility_flags,
    rules: [{ type: 'Data', globs: ['**/*.onnx'], fallthrough: true }],
    vars: Object.fromEntries(of('plain_text').map(({ name, text }) => [name, text])),
    r2_buckets: of('r2_bucket').map(({ name, bucket_name }) => ({
      binding: name,
      bucket_name,
      local_dev: { experimental_s3_credentials: credentials },
    })),
    services: of('service').map(({ name, service }) => ({ binding: name, service })),
    ratelimits: of('ratelimit').map(({ name, namespace_id, simple }) => ({ name, namespace_id, simple })),
    ...(of('version_metadata').length > 0 && { version_metadata: { binding: 'CF_VERSION_METADATA' } }),
    ...(assetsBinding && {
      assets: {
        directory: 'assets',
        binding: assetsBinding.name,
        run_worker_first: metadata.assets?.config?.run_worker_first,
      },
    }),
  };
  write('wrangler.json', JSON.stringify(configuration));
  return join(folder, 'wrangler.json');
}
