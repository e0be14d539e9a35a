/** @file infra/train.Dockerfile is valid and agrees with the manifests. image.sh builds the images. */
import { existsSync, readFileSync } from 'node:fs';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const text = read('infra/train.Dockerfile');
const dockerfile = DockerfileParser.parse(text);
const { spec } = parse(read('infra/k8s/base/pod.yaml'));
const pod = spec.jobTemplate.spec.template.spec;

const instructions = (keyword: string) =>
  dockerfile.getInstructions().filter((instruction) => instruction.getKeyword() === keyword);

describe('infra/train.Dockerfile', () => {
  test('has no errors or warnings', () => {
    expect(validate(text)).toEqual([]);
    expect(validate('FROM scratch\nENTRYPONT x')).not.toEqual([]);
  });

  test('has the stage gpu and then cpu, the default target, at the end', () => {
    const stages = dockerfile.getFROMs().map((from) => from.getBuildStage());
    expect(stages.slice(-2)).toEqual(['gpu', 'cpu']);
  });

  test('copies only files that exist and that .dockerignore includes', () => {
    const sources = dockerfile
      .getCOPYs()
      .filter((copy) => !copy.getFromFlag())
      .flatMap((copy) => copy.getArguments().slice(0, -1))
      .map((argument) => argument.getValue());
    const kept = read('.dockerignore').split('\n');
    for (const source of sources) {
      expect(existsSync(new URL(`../../${source}`, import.meta.url)), source).toBe(true);
      expect(kept).toContain(`!${source}`);
    }
    expect(JSON.parse(read('package.json')).scripts).toMatchObject({
      kernels: expect.any(String),
      gpu: expect.any(String),
    });
  });

  test('uses the Node version of package.json', () => {
    const { devDependencies } = JSON.parse(read('package.json'));
    const [argument] = dockerfile.getARGs();
    expect(argument?.getProperty()?.getValue()).toBe(`node:${devDependencies.node}-trixie-slim`);
  });

  test('runs both images as the user of the pod', () => {
    const { runAsUser, runAsGroup } = pod.securityContext;
    const users = instructions('USER').map((user) => user.getArgumentsContent());
    expect(users).toEqual(Array(2).fill(`${runAsUser}:${runAsGroup}`));
  });

  test('writes only where the pod has a volume', () => {
    const paths = dockerfile
      .getENVs()
      .flatMap((env) => env.getProperties())
      .filter((property) => /^(HOME|TMPDIR|XDG_\w+)$/.test(property.getName()))
      .map((property) => property.getValue() ?? '');
    expect(paths).toHaveLength(4);
    const [{ volumeMounts }] = pod.containers;
    const isMounted = (path: string) =>
      volumeMounts.some(({ mountPath }: { mountPath: string }) => `${path}/`.startsWith(`${mountPath}/`));
    expect(paths.filter((path) => !isMounted(path))).toEqual([]);
  });

  test('starts the trainer through tini, without a shell', () => {
    const [entry] = dockerfile.getENTRYPOINTs();
    const strings = entry?.getJSONStrings().map((word) => JSON.parse(word.getValue()));
    expect(strings).toEqual(['tini', '--', 'node', 'train/cli/main.ts']);
  });
});
