/** @file What Kubernetes' OpenAPI document says of an object, and whether it knows all of it. */

import { validate as cronJob } from 'kubernetes-models/_schemas/IoK8sApiBatchV1CronJob';
import { validate as configMap } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap';
import { validate as namespace } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Namespace';
import { validate as serviceAccount } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount';
import { validate as networkPolicy } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy';
import type { KubernetesObject } from './kustomize.ts';

/** Ajv's, compiled. */
type Validate = ((data: unknown) => boolean) & {
  errors?: { instancePath: string; keyword: string; params: unknown }[] | null;
};

const SCHEMAS: Record<string, Validate> = {
  'v1 ConfigMap': configMap,
  'v1 Namespace': namespace,
  'v1 ServiceAccount': serviceAccount,
  'batch/v1 CronJob': cronJob,
  'networking.k8s.io/v1 NetworkPolicy': networkPolicy,
};

/** Kinds of others than Kubernetes have no schema here. */
export const hasSchema = ({ apiVersion, kind }: KubernetesObject): boolean =>
  `${apiVersion} ${kind}` in SCHEMAS;

/** What must not be as it is. The schemas allow further fields; one that no validator has looked at is one that Kubernetes does not know. */
export function faults(object: KubernetesObject): string[] {
  const validate = SCHEMAS[`${object.apiVersion} ${object.kind}`];
  if (!validate)
    throw new RangeError(`expected a kind with a schema, got ${object.apiVersion} ${object.kind}`);
  const seen = new Set<string>();
  const errors = validate(watched(object, '', seen)) ? [] : (validate.errors ?? []);
  return [
    ...errors.map(({ instancePath, keyword }) => `${instancePath}: ${keyword}`),
    ...paths(object, '')
      .filter((path) => !seen.has(path))
      .map((path) => `${path}: unknown`),
  ];
}

const isObject = (value: unknown): value is object => value !== null && typeof value === 'object';

/** `value`, which notes the paths that are looked at. */
function watched<T extends object>(value: T, path: string, seen: Set<string>): T {
  return new Proxy(value, {
    get(target, key) {
      const member = Reflect.get(target, key);
      if (typeof key !== 'string') return member;
      const inner = `${path}/${key}`;
      seen.add(inner);
      return isObject(member) ? watched(member, inner, seen) : member;
    },
  });
}

const paths = (value: object, path: string): string[] =>
  Object.entries(value).flatMap(([key, member]) => {
    const inner = `${path}/${key}`;
    return [inner, ...(isObject(member) ? paths(member, inner) : [])];
  });
