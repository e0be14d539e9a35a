/** @file Validates Kubernetes objects by the schemas of Kubernetes' OpenAPI document, and finds unknown fields. */
import { validate as cronJob } from 'kubernetes-models/_schemas/IoK8sApiBatchV1CronJob';
import { validate as configMap } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap';
import { validate as namespace } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Namespace';
import { validate as serviceAccount } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount';
import { validate as networkPolicy } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy';
import type { KubernetesObject } from './kustomize.ts';

/** A validator that Ajv compiled. */
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

/** Returns whether the object's kind is one of Kubernetes' own; others have no schema here. */
export const hasSchema = ({ apiVersion, kind }: KubernetesObject): boolean =>
  `${apiVersion} ${kind}` in SCHEMAS;

/** Returns the faults of an object. The schemas allow additional fields, so a field that the validator never reads is reported as unknown. */
export function faults(object: KubernetesObject): string[] {
  const validate = SCHEMAS[`${object.apiVersion} ${object.kind}`];
  if (!validate)
    throw new RangeError(`expected a kind with a schema, got ${object.apiVersion} ${object.kind}`);
  const seen = new Set<string>();
  const errors = validate(recordReads(object, '', seen)) ? [] : (validate.errors ?? []);
  return [
    ...errors.map(({ instancePath, keyword }) => `${instancePath}: ${keyword}`),
    ...paths(object, '')
      .filter((path) => !seen.has(path))
      .map((path) => `${path}: unknown`),
  ];
}

const isObject = (value: unknown): value is object => value !== null && typeof value === 'object';

/** Returns a proxy of `value` that records which paths are read. */
function recordReads<T extends object>(value: T, path: string, seen: Set<string>): T {
  return new Proxy(value, {
    get(target, key) {
      const member = Reflect.get(target, key);
      if (typeof key !== 'string') return member;
      const inner = `${path}/${key}`;
      seen.add(inner);
      return isObject(member) ? recordReads(member, inner, seen) : member;
    },
  });
}

const paths = (value: object, path: string): string[] =>
  Object.entries(value).flatMap(([key, member]) => {
    const inner = `${path}/${key}`;
    return [inner, ...(isObject(member) ? paths(member, inner) : [])];
  });
