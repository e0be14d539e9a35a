/** @file Renders the manifests with kubectl. */
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
export const FOLDERS = ['base', 'cpu', 'gpu', 'images', 'images-volume', 'kueue', 'kueue-cluster'] as const;

/** Reason why this machine cannot render the manifests; null when it can. Needs Kustomize 5, which kubectl has since 1.27. */
export const missing: string | null = (() => {
  try {
    const output = execFileSync('kubectl', ['version', '--client'], { encoding: 'utf8', stdio: 'pipe' });
    const [, major] = /Kustomize Version: v(\d+)/.exec(output) ?? [];
    return Number(major) >= 5 ? null : `kubectl 1.27 or later is missing: ${output.trim()}`;
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

/** The rendered objects of each folder; empty where they cannot be rendered. */
export const RENDERED = Object.fromEntries(
  FOLDERS.map((folder) => [folder, missing ? [] : render(folder)]),
) as Record<(typeof FOLDERS)[number], KubernetesObject[]>;

export const cronJobs = (objects: KubernetesObject[]): ICronJob[] =>
  objects.filter(({ kind }) => kind === 'CronJob') as unknown as ICronJob[];

/** Returns the job of a CronJob, its pod and the pod's only container. */
export function partsOf({ spec }: ICronJob): { job: IJobSpec; pod: IPodSpec; container: IContainer } {
  const job = spec.jobTemplate.spec;
  const pod = job?.template.spec;
  const [container, ...others] = pod?.containers ?? [];
  if (!pod || !container || others.length > 0) throw new TypeError('expected a CronJob with one container');
  return { job, pod, container };
}

/** Returns the leaves of objects: `CronJob/retrain.spec.suspend` → value. Removes the hashes of generated names, and names list items by their `name`. */
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
