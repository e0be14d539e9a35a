/** @file Manifests as kubectl renders them. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ICronJob, IJobSpec } from 'kubernetes-models/batch/v1';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
}

/** Every folder of infra/k8s. */
export const FOLDERS = ['base', 'cpu', 'gpu', 'kueue', 'kueue-cluster'] as const;

/** Why nothing can be rendered here; null where it can: with Kustomize 5, in kubectl since 1.27. */
export const missing: string | null = (() => {
  try {
    const said = execFileSync('kubectl', ['version', '--client'], { encoding: 'utf8', stdio: 'pipe' });
    const [, major] = /Kustomize Version: v(\d+)/.exec(said) ?? [];
    return Number(major) >= 5 ? null : `kubectl 1.27 or later is missing: ${said.trim()}`;
  } catch {
    return 'kubectl is missing';
  }
})();

function render(folder: string): KubernetesObject[] {
  const path = fileURLToPath(new URL(`../../../infra/k8s/${folder}`, import.meta.url));
  const yaml = execFileSync('kubectl', ['kustomize', path], { encoding: 'utf8', stdio: 'pipe' });
  return parseAllDocuments(yaml).map((document) => {
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS();
  });
}

/** All folders as rendered; nothing where that cannot be. */
export const RENDERED = Object.fromEntries(
  FOLDERS.map((folder) => [folder, missing ? [] : render(folder)]),
) as Record<(typeof FOLDERS)[number], KubernetesObject[]>;

export const cronJobs = (objects: KubernetesObject[]): ICronJob[] =>
  objects.filter(({ kind }) => kind === 'CronJob') as unknown as ICronJob[];

/** The job that a CronJob makes, its pod, and the one container of that. */
export function partsOf({ spec }: ICronJob): { job: IJobSpec; pod: IPodSpec; container: IContainer } {
  const job = spec.jobTemplate.spec;
  const pod = job?.template.spec;
  const [container, ...others] = pod?.containers ?? [];
  if (!pod || !container || others.length > 0) throw new TypeError('expected a CronJob with one container');
  return { job, pod, container };
}

/** Leaves of objects, as `CronJob/retrain.spec.suspend` → value; a generated name's hash and places in lists count for nothing. */
export function leaves(objects: KubernetesObject[]): Map<string, string> {
  const found = new Map<string, string>();
  const plain = (text: string) => text.replace(/^(training|grid)-[a-z0-9]{10}$/, '$1');
  const visit = (path: string, value: unknown) => {
    if (Array.isArray(value)) {
      for (const [i, inner] of value.entries()) visit(`${path}.${inner?.name ?? i}`, inner);
    } else if (value !== null && typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) visit(`${path}.${key}`, inner);
    } else found.set(path, plain(`${value}`));
  };
  for (const object of objects) visit(`${object.kind}/${plain(object.metadata.name)}`, object);
  return found;
}
