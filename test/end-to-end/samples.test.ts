/** @file The code samples of the OpenAPI document, run against the Worker over HTTP. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeSample, type OpenApiDocument, operationsOf } from '../../edge/openapi/openapi.ts';
import { expectSuccess, run } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type RunningWorker, startWorker } from '../support/worker.ts';

const document: OpenApiDocument = JSON.parse(readFileSync('edge/openapi/openapi.json', 'utf8'));
const { version: VERSION } = JSON.parse(readFileSync('release/tinyvgg.json', 'utf8'));
const hasRequests = spawnSync('python3', ['-c', 'import requests']).status === 0;

/** Contains the files that the samples upload. */
let folder: string;
let worker: RunningWorker;

beforeAll(async () => {
  folder = temporaryFolder();
  copyFileSync('examples/trouser.png', join(folder, 'photo.jpg'));
  const input = { name: 'image', shape: [1, 1, 28, 28], datatype: 'UINT8', data: Array(784).fill(0) };
  writeFileSync(join(folder, 'request.json'), JSON.stringify({ inputs: [input] }));
  worker = await startWorker();
}, 100_000);
afterAll(() => worker?.stop());

const COMMANDS: Record<CodeSample['lang'], [program: string, ...args: string[]]> = {
  Shell: ['bash', '-c'],
  JavaScript: [process.execPath, '--input-type=module', '--eval'],
  Python: ['python3', '-c'],
};

async function runSample({ lang, source }: CodeSample): Promise<string> {
  const [program, ...args] = COMMANDS[lang];
  const env = { ...process.env, ORIGIN: worker.origin, API_KEY: 'any', VERSION };
  return (await expectSuccess(run(program, [...args, source], { cwd: folder, env }))).stdout;
}

const samples = operationsOf(document).flatMap(({ path, operation }) =>
  operation['x-codeSamples'].map((sample) => ({ ...sample, path, id: operation.operationId })),
);

describe.each(['Shell', 'JavaScript', 'Python'] as const)('the %s sample', (lang) => {
  it.skipIf(lang === 'Python' && !hasRequests).each(samples.filter((sample) => sample.lang === lang))(
    'of $id prints or stores the response',
    async ({ path, ...sample }) => {
      const printed = await runSample(sample);
      if (path.endsWith('/onnx')) {
        const file = readFileSync(join(folder, 'tinyvgg.onnx'));
        expect(file.equals(readFileSync('release/tinyvgg.onnx'))).toBe(true);
        writeFileSync(join(folder, 'tinyvgg.onnx'), '');
        return;
      }
      expect(printed).not.toBe('');
      // Error responses begin with these members. So does the description of a problem type.
      if (path !== '/problems/{type}') expect(printed).not.toMatch(/^\{\s*['"]?(?:type|error)\b/);
      if (path === '/v1/classify') expect(printed).toContain('Trouser');
    },
  );
});
