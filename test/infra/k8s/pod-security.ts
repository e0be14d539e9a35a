/** @file Checks pods against the level `restricted` of the Pod Security Standards (https://kubernetes.io/docs/concepts/security/pod-security-standards). */
import type { IPodSpec } from 'kubernetes-models/v1';

const VOLUMES = 'configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret'.split(
  ' ',
);
const PROFILES = ['RuntimeDefault', 'Localhost'];

/** Returns the names of the controls that a pod violates. */
export function violatedControls(pod: IPodSpec): string[] {
  const containers = [...pod.containers, ...(pod.initContainers ?? []), ...(pod.ephemeralContainers ?? [])];
  const contexts = containers.map(({ securityContext }) => securityContext ?? {});
  const all = [pod.securityContext ?? {}, ...contexts];
  const controls: Record<string, boolean> = {
    HostProcess: all.every(({ windowsOptions }) => !windowsOptions?.hostProcess),
    'Host Namespaces': !pod.hostNetwork && !pod.hostPID && !pod.hostIPC,
    'Privileged Containers': contexts.every(({ privileged }) => !privileged),
    Capabilities: contexts.every(
      ({ capabilities: { drop = [], add = [] } = {} }) =>
        drop.includes('ALL') && add.every((name) => name === 'NET_BIND_SERVICE'),
    ),
    'Host Ports': containers.every(({ ports = [] }) => ports.every(({ hostPort }) => !hostPort)),
    AppArmor: all.every(({ appArmorProfile }) =>
      PROFILES.includes(appArmorProfile?.type ?? 'RuntimeDefault'),
    ),
    // The standard allows some options; the trainer needs none.
    SELinux: all.every(({ seLinuxOptions }) => !seLinuxOptions),
    Sysctls: !pod.securityContext?.sysctls,
    'Host Probes / Lifecycle Hooks': containers.every(
      ({ livenessProbe, readinessProbe, startupProbe, lifecycle }) =>
        !livenessProbe && !readinessProbe && !startupProbe && !lifecycle,
    ),
    '/proc Mount Type': contexts.every(({ procMount = 'Default' }) => procMount === 'Default'),
    'Volume Types': (pod.volumes ?? []).every(({ name, ...source }) =>
      Object.keys(source).every((type) => VOLUMES.includes(type)),
    ),
    'Privilege Escalation': contexts.every(
      ({ allowPrivilegeEscalation }) => allowPrivilegeEscalation === false,
    ),
    // The container's setting overrides the pod's.
    'Running as Non-root': contexts.every(
      ({ runAsNonRoot = pod.securityContext?.runAsNonRoot }) => runAsNonRoot === true,
    ),
    'Running as Non-root user': all.every(({ runAsUser }) => runAsUser !== 0),
    Seccomp: contexts.every(({ seccompProfile = pod.securityContext?.seccompProfile }) =>
      PROFILES.includes(seccompProfile?.type ?? ''),
    ),
  };
  return Object.keys(controls).filter((name) => !controls[name]);
}
