/** @file Types for the part of OpenAPI 3.1 that the document uses. https://spec.openapis.org/oas/v3.1.1 */

/** A JSON Schema (2020-12). */
export interface Schema {
  $ref?: string;
  description?: string;
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  oneOf?: Schema[];
  anyOf?: Schema[];
  enum?: readonly (string | number)[];
  const?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  contentEncoding?: string;
  contentMediaType?: string;
  examples?: string[];
}

export interface Example {
  summary?: string;
  value: unknown;
}

export type Content = Record<string, { schema?: Schema; examples?: Record<string, Example> }>;

/** A response header. With a name and a location it is a parameter. */
export interface Header {
  description?: string;
  required?: boolean;
  schema: Schema;
}

export interface Parameter extends Header {
  in: string;
  name: string;
}

export interface ApiResponse {
  description: string;
  content?: Content;
  headers?: Record<string, Header>;
}

/** Responses by status code. */
export type ApiResponses = Record<string, ApiResponse>;

/** Alternative security schemes, by name. An empty list marks a public operation. */
export type Security = Record<string, string[]>[];

/** A request in one language. `$ORIGIN` stands for the address of the service. */
export interface CodeSample {
  lang: 'Shell' | 'JavaScript' | 'Python';
  source: string;
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Content };
  security: Security;
  responses: ApiResponses;
  /** An extension that several viewers of OpenAPI documents support. */
  'x-codeSamples': CodeSample[];
}

export type Method = 'get' | 'post';

export type Paths = Record<string, Partial<Record<Method, Operation>>>;

export interface OpenApiDocument {
  openapi: string;
  info: {
    title: string;
    version: string;
    summary: string;
    description: string;
    license: { name: string; identifier: string };
  };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Paths;
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, { type: string; description: string }>;
  };
}

/** Lists every operation of a document in order. */
export function operationsOf({ paths }: Pick<OpenApiDocument, 'paths'>) {
  return Object.entries(paths).flatMap(([path, item]) =>
    (Object.entries(item) as [Method, Operation][]).map(([method, operation]) => ({
      path,
      method,
      operation,
    })),
  );
}
