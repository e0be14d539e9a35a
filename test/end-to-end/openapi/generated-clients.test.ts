/**
 * @file Clients that generators make from the served OpenAPI document: they compile, upload a file and receive a typed response.
 * @module-tag slow
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { expectSuccess, runNode } from '../../support/command.ts';
import { createProject, describeWithRegistry, type Project } from '../../support/npm-project.ts';
import { type RunningWorker, startWorker } from '../../support/worker.ts';

const API_KEY = 'tinyvgg_generated';
const PROGRAMS = join(import.meta.dirname, 'clients');

/** The generators accept TypeScript 5, so TypeScript 7 has another name. */
const COMMON = { typescript: '5.9', typescript7: 'npm:typescript@7', esbuild: '0.28' };

interface Generator {
  /** Name of the program in clients/ that uses the generated client. */
  program: string;
  packages: Record<string, string>;
  /** Returns more files of the project. */
  files?(origin: string): Promise<Record<string, string>>;
  /** Arguments of the command that generates the client in the folder `generated`. */
  command(document: string): [program: string, ...args: string[]];
}

const GENERATORS: Generator[] = [
  {
    program: 'openapi-typescript',
    packages: { 'openapi-typescript': '7', 'openapi-fetch': '0.17' },
    command: (document) => ['openapi-typescript', document, '--output', 'generated/schema.ts'],
  },
  {
    program: 'hey-api',
    packages: { '@hey-api/openapi-ts': '0.99' },
    files: async () => ({ 'example.ts': await documentedExample() }),
    command: (document) => ['openapi-ts', '--input', document, '--output', 'generated'],
  },
  {
    program: 'orval',
    packages: { orval: '8' },
    files: async (origin) => ({
      'orval.config.json': JSON.stringify({
        edge: {
          input: `${origin}/openapi.json`,
          output: {
            target: 'generated/client.ts',
            client: 'fetch',
            baseUrl: origin,
            override: { splitByContentType: true },
          },
        },
      }),
    }),
    command: () => ['orval', '--config', 'orval.config.json'],
  },
];

/** Returns the example of docs/api.md as a module. */
async function documentedExample(): Promise<string> {
  const [, section = ''] = (await readFile('docs/api.md', 'utf8')).split('\n## Generated clients\n');
  const [, example] = /```ts\n([\s\S]*?)```/.exec(section) ?? [];
  if (!example?.includes('classifyFile')) throw new Error('docs/api.md has no example of a generated client');
  return `declare const key: string;\ndeclare const file: File;\n${example}`;
}

type Classify = (
  origin: string,
  key: string,
  image: File,
) => Promise<string | { label: string; score: number }>;

/** A project with all generators: one installation takes a third of the time of three. Each generator works in a folder of its own. */
let project: Project;
let worker: RunningWorker;
let trouser: Uint8Array<ArrayBuffer>;
let expected: unknown;

await describeWithRegistry('a client generated from the OpenAPI document', () => {
  beforeAll(async () => {
    const digest = await sha256(new TextEncoder().encode(API_KEY));
    const packages = GENERATORS.map((generator) => generator.packages);
    const devDependencies = Object.assign({}, ...packages, COMMON);
    [worker, project] = await Promise.all([
      startWorker({ variables: { API_KEYS: `generated:${digest}` } }),
      createProject({ devDependencies }),
    ]);
    trouser = new Uint8Array(await readFile('examples/trouser.png'));
    const headers = { authorization: `Bearer ${API_KEY}` };
    const response = await fetch(`${worker.origin}/v1/classify`, { method: 'POST', body: trouser, headers });
    const { predictions } = (await response.json()) as { predictions: { label: string; score: number }[] };
    expected = { label: 'Trouser', score: predictions[0]?.score };
  });
  afterAll(() => Promise.all([worker?.stop(), project?.remove()]));

  describe.each(GENERATORS)('$program', ({ program, files = async () => ({}), command }) => {
    let folder: string;
    let classify: Classify;

    beforeAll(async () => {
      folder = join(project.folder, program);
      await mkdir(folder);
      for (const [name, text] of Object.entries<string>(await files(worker.origin)))
        await writeFile(join(folder, name), text);
      for (const name of ['tsconfig.json', `${program}.ts`]) {
        await cp(join(PROGRAMS, name), join(folder, name));
      }
      const [generator, ...args] = command(`${worker.origin}/openapi.json`);
      await expectSuccess(project.run(generator, args, { cwd: folder }));
      const bundle = [`${program}.ts`, '--bundle', '--format=esm', '--outfile=program.js'];
      await expectSuccess(project.run('esbuild', bundle, { cwd: folder }));
      ({ classify } = await import(pathToFileURL(join(folder, 'program.js')).href));
    });

    it.each(['typescript', 'typescript7'])(
      'compiles strictly, and a wrong use of it does not (%s)',
      async (compiler) => {
        const tsc = join(project.folder, 'node_modules', compiler, 'bin/tsc');
        await expectSuccess(runNode([tsc, '--project', 'tsconfig.json'], { cwd: folder }));
      },
    );

    it('uploads a file and receives its label and score', async () => {
      const image = new File([trouser], 'trouser.png', { type: 'image/png' });
      expect(await classify(worker.origin, API_KEY, image)).toEqual(expected);
    });

    it('receives the type of a problem', async () => {
      const text = new File(['text'], 'text.png');
      expect(await classify(worker.origin, API_KEY, text)).toBe('/problems/unsupported-image');
      expect(await classify(worker.origin, 'wrong', text)).toBe('/problems/wrong-key');
    });
  });
});
