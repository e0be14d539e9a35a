/** @file The jobs of infra/k8s agree with the trainer's exit codes and with each other. */
import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import { EXIT_CODES } from '../../../train/cli/exit-codes.ts';
import { cronJobs, type KubernetesObject, leaves, missing, partsOf, RENDERED } from './kustomize.ts';

type Folder = keyof typeof RENDERED;
const WITH_JOBS = ['base', 'cpu', 'gpu', 'images', 'images-volume', 'kueue'] as const;

const find = (folder: Folder, kind: string, name: string): KubernetesObject => {
  const found = RENDERED[folder].find((one) => one.kind === kind && one.metadata.name.startsWith(name));
  if (!found) throw new RangeError(`expected ${kind} ${name} in infra/k8s/${folder}`);
  return found;
};
const jobOf = (folder: Folder, name: string) => {
  const [cronJob] = cronJobs([find(folder, 'CronJob', name)]);
  if (!cronJob) throw new RangeError(name);
  return { cronJob, ...partsOf(cronJob) };
};

describe.skipIf(missing)(`the jobs${missing ? ` (skipped: ${missing})` : ''}`, () => {
  /** Returns the exit codes of the rules with this action. */
  const codes = (name: string, action: string) =>
    (jobOf('base', name).job.podFailurePolicy?.rules ?? [])
      .filter((rule) => rule.action === action)
      .flatMap(({ onExitCodes }) => onExitCodes?.values ?? []);
  const SIGNALS = [constants.signals.SIGINT, constants.signals.SIGTERM].map((signal) => 128 + signal);

  test('retrain fails at every exit code that means “do not retry”, and at no other', () => {
    const final = Object.values(EXIT_CODES).filter(({ meaning }) => meaning.includes('do not retry'));
    expect(codes('retrain', 'FailJob')).toEqual(final.map(({ code }) => code));
    expect(codes('retrain', 'Ignore')).toEqual(SIGNALS);
  });

  test('an invalid grid fails the sweep, and a failed model check fails one share', () => {
    expect(codes('sweep', 'FailJob')).toEqual([EXIT_CODES.usage.code]);
    expect(codes('sweep', 'FailIndex')).toEqual([EXIT_CODES.model.code]);
    expect(codes('sweep', 'Ignore')).toEqual(SIGNALS);
  });

  test.each(['retrain', 'sweep'])('%s ignores a lost node and never runs two pods at a time', (name) => {
    const { job, pod, container } = jobOf('base', name);
    const rules = job.podFailurePolicy?.rules ?? [];
    expect(rules.map(({ onPodConditions }) => onPodConditions?.[0]?.type)).toContain('DisruptionTarget');
    for (const { onExitCodes } of rules) {
      if (onExitCodes) expect(onExitCodes).toMatchObject({ containerName: container.name, operator: 'In' });
    }
    expect(job.podReplacementPolicy).toBe('Failed');
    expect(pod.restartPolicy).toBe('Never');
  });

  test.each(WITH_JOBS)('%s: SWEEP_SHARES is the number of completions', (folder) => {
    const { job, container } = jobOf(folder, 'sweep');
    expect(job.completionMode).toBe('Indexed');
    expect(container.env).toContainEqual({ name: 'SWEEP_SHARES', value: `${job.completions}` });
  });

  test.each(WITH_JOBS)('%s: every referenced object exists, except the secret', (folder) => {
    for (const cronJob of cronJobs(RENDERED[folder])) {
      const { pod, container } = partsOf(cronJob);
      find(folder, 'ServiceAccount', pod.serviceAccountName ?? '');
      for (const { configMapRef } of container.envFrom ?? [])
        find(folder, 'ConfigMap', configMapRef?.name ?? '');
      for (const { configMap } of pod.volumes ?? [])
        if (configMap) find(folder, 'ConfigMap', configMap.name ?? '');
      expect(container.volumeMounts?.map(({ name }) => name)).toEqual(pod.volumes?.map(({ name }) => name));
    }
    expect(RENDERED[folder].filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });
});

describe.skipIf(missing)('the overlays', () => {
  /** Returns the paths whose values differ between two folders. */
  const changes = (from: Folder, to: Folder) => {
    const [a, b] = [leaves(RENDERED[from]), leaves(RENDERED[to])];
    return [...new Set([...a.keys(), ...b.keys()])].filter((path) => a.get(path) !== b.get(path)).sort();
  };
  const inPods = (...paths: string[]) =>
    ['retrain', 'sweep'].flatMap((name) =>
      paths.map((path) => `CronJob/${name}.spec.jobTemplate.spec.template.spec.${path}`),
    );

  test('cpu adds an image', () => {
    expect(changes('base', 'cpu')).toEqual(inPods('containers.trainer.image'));
  });

  test('images changes the command of retrain, its data and its disk', () => {
    const changed = changes('cpu', 'images');
    expect(changed.filter((path) => path.startsWith('ConfigMap/'))).toEqual([
      'ConfigMap/training.data.DATA',
      'ConfigMap/training.data.TOLERANCE',
    ]);
    const pod = 'CronJob/retrain.spec.jobTemplate.spec.template.spec.';
    const inPod = changed.filter((path) => !path.startsWith('ConfigMap/'));
    expect(inPod.every((path) => path.startsWith(pod))).toBe(true);
    expect(inPod.map((path) => path.slice(pod.length))).toEqual([
      'containers.trainer.args.1',
      'containers.trainer.args.3',
      'containers.trainer.resources.limits.ephemeral-storage',
      'containers.trainer.resources.requests.ephemeral-storage',
      'volumes.tmp.emptyDir.sizeLimit',
    ]);
  });

  test('images-volume adds a volume that the trainer cannot write', () => {
    const { pod, container } = jobOf('images-volume', 'retrain');
    expect(container.volumeMounts).toContainEqual({ name: 'images', mountPath: '/data', readOnly: true });
    expect(pod.volumes).toContainEqual({
      name: 'images',
      persistentVolumeClaim: { claimName: 'images', readOnly: true },
    });
    const map = leaves([find('images-volume', 'ConfigMap', 'training')]);
    expect(map.get('ConfigMap/training.data.DATA')).toMatch(/^\/data\//);
  });

  test('gpu adds a GPU, its image and its device', () => {
    expect(changes('base', 'gpu')).toEqual(
      [
        'ConfigMap/training.data.DEVICE',
        ...inPods(
          'containers.trainer.image',
          'containers.trainer.resources.limits.memory',
          'containers.trainer.resources.limits.nvidia.com/gpu',
          'containers.trainer.resources.requests.memory',
          'nodeSelector.nvidia.com/gpu.present',
          'tolerations.0.effect',
          'tolerations.0.key',
          'tolerations.0.operator',
        ),
      ].sort(),
    );
  });

  test('kueue adds a queue and its label', () => {
    const added = changes('gpu', 'kueue').filter((path) => !path.startsWith('LocalQueue/training.'));
    const label = 'spec.jobTemplate.metadata.labels.kueue.x-k8s.io/queue-name';
    expect(added).toEqual([`CronJob/retrain.${label}`, `CronJob/sweep.${label}`]);
  });

  test('the cluster queue’s quota covers the requests of the largest job', () => {
    const of = (folder: Folder, kind: string) => leaves([find(folder, kind, '')]);
    const queue = of('kueue-cluster', 'ClusterQueue');
    const local = of('kueue', 'LocalQueue');
    expect(local.get('LocalQueue/training.spec.clusterQueue')).toBe('training');
    expect(of('kueue-cluster', 'ResourceFlavor').get('ResourceFlavor/nvidia.metadata.name')).toBe('nvidia');
    for (const { spec } of cronJobs(RENDERED.kueue)) {
      expect(spec.jobTemplate.metadata?.labels).toMatchObject({ 'kueue.x-k8s.io/queue-name': 'training' });
      const job = spec.jobTemplate.spec;
      const limits = job?.template.spec?.containers[0]?.resources?.limits ?? {};
      for (const [resource, amount] of Object.entries(limits)) {
        const quota = queue.get(
          `ClusterQueue/training.spec.resourceGroups.0.flavors.nvidia.resources.${resource}.nominalQuota`,
        );
        expect(amountOf(quota), resource).toBeGreaterThanOrEqual(amountOf(amount) * (job?.parallelism ?? 1));
      }
    }
  });
});

/** Parses a quantity as these manifests use them: a number, or a number of GiB. */
function amountOf(quantity: string | number | undefined): number {
  const [, digits] = /^(\d+)(Gi)?$/.exec(`${quantity}`) ?? [];
  return Number(digits);
}
