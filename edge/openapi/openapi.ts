/** @file The part of OpenAPI 3.1 that this service's document uses. https://spec.openapis.org/oas/v3.1.1 */

/** Stands for the service's address in what is written before anybody asks: a variable of the shell, in which lines are tried. */
export const ORIGIN = '$ORIGIN';

/** A JSON schema (2020-12). */
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
  enum?: readonly string[];
  const?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  contentEncoding?: string;
  contentMediaType?: string;
  examples?: string[];
}

export type Content = Record<string, { schema?: Schema }>;

/** A header of an answer, or with its name and place a parameter. */
export interface Header {
  description?: string;
  required?: boolean;
  schema: Schema;
}

export interface Parameter extends Header {
  in: string;
  name: string;
}

export interface Answer {
  description: string;
  content?: Content;
  headers?: Record<string, Header>;
}

export type Answers = Record<string, Answer>;

/** Schemes by name, any of which will do. */
export type Security = Record<string, string[]>[];

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Content };
  security?: Security;
  responses: Answers;
  /** Lines for a shell, shown by readers that know this extension. */
  'x-codeSamples'?: { lang: string; source: string }[];
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

/** Every operation of a document, in its order. */
export function operationsOf({ paths }: OpenApiDocument) {
  return Object.entries(paths).flatMap(([path, item]) =>
    (Object.entries(item) as [Method, Operation][]).map(([method, operation]) => ({
      path,
      method,
      operation,
    })),
  );
}
