/** @file Every object of infra/k8s complies with Kubernetes' schemas and with the strictest of its security standards. */
import type { ICronJob } from 'kubernetes-models/batch/v1';
import type { IPodSpec } from 'kubernetes-models/v1';
import { describe, expect, test } from 'vitest';
import { cronJobs, FOLDERS, type KubernetesObject, missing, partsOf, RENDERED } from './kustomize.ts';
import { violatedControls } from './pod-security.ts';
import { faults, hasSchema } from './schema.ts';

const why = missing ? ` (skipped: ${missing})` : '';

/** Returns a copy of a CronJob of the base, for a test to break. */
function retrain(): ICronJob {
  const [job] = cronJobs(RENDERED.base);
  if (!job) throw new RangeError('expected a CronJob in infra/k8s/base');
  return structuredClone(job);
}

describe.skipIf(missing)(`Kubernetes' schemas${why}`, () => {
  test.each(FOLDERS)('accept every object of %s', (folder) => {
    const known = RENDERED[folder].filter(hasSchema);
    expect(known.flatMap(faults)).toEqual([]);
    expect(known).toHaveLength(folder === 'kueue-cluster' ? 0 : 7);
    for (const object of RENDERED[folder]) {
      if (!known.includes(object)) expect(object.apiVersion).toBe('kueue.x-k8s.io/v1beta2');
    }
  });

  const POD = '/spec/jobTemplate/spec/template/spec';
  test.each<[what: string, damage: (job: ICronJob) => unknown, fault: string]>([
    [
      'a misspelt field',
      ({ spec }) => Object.assign(spec, { concurencyPolicy: 'Forbid' }),
      '/spec/concurencyPolicy: unknown',
    ],
    [
      'a misspelt field of a container',
      (job) => Object.assign(partsOf(job).container, { imge: '' }),
      `${POD}/containers/0/imge: unknown`,
    ],
    [
      'a field at the wrong place',
      (job) => Object.assign(partsOf(job).pod, { readOnlyRootFilesystem: true }),
      `${POD}/readOnlyRootFilesystem: unknown`,
    ],
    [
      'an invalid value',
      ({ spec }) => Object.assign(spec, { concurrencyPolicy: 'Forbit' }),
      '/spec/concurrencyPolicy: enum',
    ],
    [
      'a string instead of a number',
      ({ spec }) => Object.assign(spec, { startingDeadlineSeconds: '3600' }),
      '/spec/startingDeadlineSeconds: type',
    ],
    [
      'an invalid quantity',
      (job) => Object.assign(partsOf(job).container.resources?.limits ?? {}, { memory: '1Gig' }),
      `${POD}/containers/0/resources/limits/memory: oneOf`,
    ],
    ['a missing field', ({ spec }) => Reflect.deleteProperty(spec, 'schedule'), '/spec: required'],
  ])('reject %s', (_, damage, fault) => {
    const job = retrain();
    damage(job);
    expect(faults(job as KubernetesObject)).toContain(fault);
  });
});

describe.skipIf(missing)(`the Pod Security Standards' restricted level${why}`, () => {
  const jobs = FOLDERS.flatMap((folder) => cronJobs(RENDERED[folder]).map((job) => ({ folder, job })));

  test('is enforced by the namespace', () => {
    for (const folder of ['base', 'cpu', 'gpu', 'kueue'] as const) {
      const [namespace] = RENDERED[folder].filter(({ kind }) => kind === 'Namespace');
      expect(namespace?.metadata.labels).toMatchObject({
        'pod-security.kubernetes.io/enforce': 'restricted',
      });
    }
  });

  test('is met by every pod, which also has a read-only root and no token', () => {
    expect(jobs).toHaveLength(12);
    for (const { job } of jobs) {
      const { pod, container } = partsOf(job);
      expect(violatedControls(pod)).toEqual([]);
      expect(container.securityContext?.readOnlyRootFilesystem).toBe(true);
      expect(pod.securityContext?.runAsUser).toBeGreaterThan(0);
      expect(pod.automountServiceAccountToken).toBe(false);
      for (const { emptyDir } of pod.volumes ?? []) if (emptyDir) expect(emptyDir.sizeLimit).toBeTruthy();
    }
  });

  test.each<[control: string, damage: (pod: IPodSpec, container: IPodSpec['containers'][number]) => unknown]>(
    [
      [
        'HostProcess',
        (pod) => Object.assign(pod.securityContext ?? {}, { windowsOptions: { hostProcess: true } }),
      ],
      ['Host Namespaces', (pod) => Object.assign(pod, { hostNetwork: true })],
      [
        'Privileged Containers',
        (_, { securityContext }) => Object.assign(securityContext ?? {}, { privileged: true }),
      ],
      [
        'Capabilities',
        (_, { securityContext }) => Object.assign(securityContext ?? {}, { capabilities: {} }),
      ],
      [
        'Host Ports',
        (_, container) => Object.assign(container, { ports: [{ containerPort: 1, hostPort: 1 }] }),
      ],
      [
        'AppArmor',
        (pod) => Object.assign(pod.securityContext ?? {}, { appArmorProfile: { type: 'Unconfined' } }),
      ],
      ['SELinux', (pod) => Object.assign(pod.securityContext ?? {}, { seLinuxOptions: { role: 'r' } })],
      [
        '/proc Mount Type',
        (_, { securityContext }) => Object.assign(securityContext ?? {}, { procMount: 'Unmasked' }),
      ],
      [
        'Sysctls',
        (pod) => Object.assign(pod.securityContext ?? {}, { sysctls: [{ name: 'n', value: '1' }] }),
      ],
      [
        'Host Probes / Lifecycle Hooks',
        (_, container) => Object.assign(container, { livenessProbe: { httpGet: { host: 'h', port: 1 } } }),
      ],
      ['Volume Types', (pod) => pod.volumes?.push({ name: 'host', hostPath: { path: '/' } })],
      [
        'Privilege Escalation',
        (_, { securityContext }) => Reflect.deleteProperty(securityContext ?? {}, 'allowPrivilegeEscalation'),
      ],
      ['Running as Non-root', (pod) => Reflect.deleteProperty(pod.securityContext ?? {}, 'runAsNonRoot')],
      [
        'Running as Non-root user',
        (_, { securityContext }) => Object.assign(securityContext ?? {}, { runAsUser: 0 }),
      ],
      ['Seccomp', (pod) => Reflect.deleteProperty(pod.securityContext ?? {}, 'seccompProfile')],
    ],
  )('is violated by a pod that breaks %s', (control, damage) => {
    const { pod, container } = partsOf(retrain());
    damage(pod, container);
    expect(violatedControls(pod)).toEqual([control]);
  });
});
