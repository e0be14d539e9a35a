/** @file Example responses. Types and a test hold them to the schemas. */
import { DEFAULT_ALIAS, type Manifest } from '#shared/manifest.ts';
import release from '../../release/tinyvgg.json';
import type { HfResponse } from '../api/hf/responses.ts';
import type { InferResponse, ModelMetadata } from '../api/oip/responses.ts';
import type {
  ClassifyBatchResponse,
  ClassifyResponse,
  ModelInfo,
  TokenVerification,
} from '../api/v1/responses.ts';
import { HttpProblem } from '../http/problem.ts';
import { NAME, VERSION } from '../version.ts';
import type { Example } from './openapi.ts';

const REQUEST_ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const { name, version } = release;
const model: ModelInfo = { name, version, alias: DEFAULT_ALIAS };

const predictions = [
  { label: 'Trouser', index: 1, score: 0.9931 },
  { label: 'Dress', index: 3, score: 0.0052 },
  { label: 'Coat', index: 4, score: 0.0008 },
];

/** Wraps values as named examples. */
const examples = <T>(values: Record<string, { summary: string; value: T }>): Record<string, Example> =>
  values;

/** Wraps the only example of a response. */
const only = <T>(value: T): Record<string, Example> => ({ response: { value } });

export const CLASSIFY_FILE = examples<ClassifyResponse>({
  one: { summary: 'One image', value: { id: REQUEST_ID, model, predictions, abstained: null } },
  explained: {
    summary: 'With explain=1',
    value: {
      id: REQUEST_ID,
      model,
      predictions,
      abstained: null,
      explanation: {
        image: 'data:image/png;base64,iVBORw0KGgo…',
        steps: [{ step: 'mask', contrast: 0.61, share: 0.27 }, { step: 'tone' }, { step: 'place' }],
        box: { left: 212, top: 96, width: 318, height: 702 },
        quality: 0.74,
        warnings: ['The photo cuts off part of the garment. Step back.'],
        warning_codes: ['cut-off'],
      },
    },
  },
});

const SEVERAL = examples<ClassifyBatchResponse>({
  several: {
    summary: 'Two images, one of them damaged',
    value: {
      id: REQUEST_ID,
      model,
      results: [
        { index: 0, predictions, abstained: null },
        {
          index: 1,
          problem: new HttpProblem('damaged-image', 'The image cannot be decoded.').details(REQUEST_ID),
        },
      ],
    },
  },
});

export const CLASSIFY = { ...CLASSIFY_FILE, ...SEVERAL };

export const RENEW = only({ token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJsYWJlbCI6…' });

export const VERIFY = examples<TokenVerification>({
  valid: {
    summary: 'Valid token',
    value: {
      valid: true,
      label: 'Trouser',
      score: 0.9931,
      abstained: null,
      image_sha256: '5a8e9c2f0b7d4e6a1c3f5b7d9e0a2c4f6b8d0e2a4c6f8b0d2e4a6c8f0b2d4e6a',
      model: { name: model.name, version: model.version },
      site_key: null,
      issued_at: '2026-03-01T12:00:00.000Z',
      expires_at: '2026-03-01T12:05:00.000Z',
    },
  },
  invalid: { summary: 'Token verified before', value: { valid: false, reason: 'used' } },
});

export const MODELS = only<{ models: ModelInfo[] }>({ models: [model] });

export const MANIFEST = only<Manifest & Pick<ModelInfo, 'alias'>>({
  ...(release as Manifest),
  alias: DEFAULT_ALIAS,
  golden: { tolerance: 0.0001, vectors: [{ pixels: 'AAAAAAAA', logits: [-4.1, 9.8, -3.2] }] },
});

export const HF = only<HfResponse>(predictions.map(({ label, score }) => ({ label, score })));

export const SERVER = only({ name: NAME, version: VERSION, extensions: ['binary_tensor_data'] });

export const LIVE = only({ live: true });
export const READY = only({ ready: true });
export const NOT_READY = only({ ready: false });
export const MODEL_READY = only({ name: model.name, ready: true });
export const MODEL_NOT_READY = only({ name: model.name, ready: false });

export const MODEL_METADATA = only<ModelMetadata>({
  name: model.name,
  versions: [version],
  platform: 'onnx_onnxv1',
  inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 1, 28, 28] }],
  outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 10] }],
});

export const INFER = only<InferResponse>({
  model_name: model.name,
  model_version: version,
  outputs: [
    {
      name: 'logits',
      shape: [1, 10],
      datatype: 'FP32',
      data: [-1.9, 8.4, -2.7, 3.1, 1.2, -6.3, -1.5, -7.8, -4.4, -6.9],
    },
  ],
});

export const SERVICE_LIVE = only({ status: 'live' });

export const HEALTH = only({
  status: 'ready',
  worker: 'db7cd8d3-4425-4fe7-8c81-01bf963b6067',
  model,
  engine: 'simd',
  store: {
    checkedAt: '2026-03-01T12:00:00.000Z',
    succeededAt: '2026-03-01T12:00:00.000Z',
    failures: 0,
    error: null,
  },
});

export const INDEX = `tinyvgg-edge classifies photos of clothing into ten Fashion-MNIST labels.
…
POST /v1/classify                               Classify one image or several
…
`;

export const METRICS = `# HELP tinyvgg_http_requests_total Responses, by route, method and status.
# TYPE tinyvgg_http_requests_total counter
tinyvgg_http_requests_total{isolate="1b9d6bcd",route="/v1/classify",method="POST",status="200"} 42
`;

export const PROBLEM = only({ type: '/problems/too-many-images', title: 'Too many images', status: 413 });
