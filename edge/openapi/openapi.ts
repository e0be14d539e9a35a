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
  oneOf?: Schema[];
  anyOf?: Schema[];
  enum?: string[];
  const?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  contentEncoding?: string;
  contentMediaType?: string;
}

export type Content = Record<string, { schema?: Schema }>;

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: { name: string; in: string; description?: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Content };
  /** Schemes by name, any of which will do. */
  security?: Record<string, string[]>[];
  responses: Record<
    string,
    { description: string; content?: Content; headers?: Record<string, { required?: boolean }> }
  >;
  'x-codeSamples'?: { source: string }[];
}

export type Method = 'get' | 'post';

export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Partial<Record<Method, Operation>>>;
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, { description: string }>;
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
