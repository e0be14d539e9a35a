/**
 * @file What linters of OpenAPI documents report about the document that the Worker serves.
 * @module-tag slow
 */
import { beforeAll, expect, it } from 'vitest';
import type { OpenApiDocument, Operation } from '../../../edge/openapi/openapi.ts';
import { createProject, describeWithRegistry, type Project } from '../../support/npm-project.ts';
import { sharedWorker } from '../../support/shared-worker.ts';

interface Finding {
  rule: string;
  place: string;
}

await describeWithRegistry('the linters of OpenAPI documents', () => {
  let project: Project;
  let address: string;
  beforeAll(async () => {
    const devDependencies = { '@redocly/cli': '2', '@stoplight/spectral-cli': '6' };
    const [{ origin }, created] = await Promise.all([sharedWorker(), createProject({ devDependencies })]);
    address = `${origin}/openapi.json`;
    project = created;
    await project.write({ 'spectral.json': JSON.stringify({ extends: ['spectral:oas'] }) });
    return () => project.remove();
  });

  /** Lints a document with Redocly's recommended rules. */
  async function redocly(document: string): Promise<Finding[]> {
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    const { stdout, output } = await project.run('redocly', ['lint', document, '--format=json'], { env });
    expect(output).toMatch(/"problems"/);
    return JSON.parse(stdout).problems.map(
      ({ ruleId, location }: { ruleId: string; location: { pointer: string }[] }) => ({
        rule: ruleId,
        place: location[0]?.pointer,
      }),
    );
  }

  /** Lints a document with Spectral's rules for OpenAPI. */
  async function spectral(document: string): Promise<Finding[]> {
    const options = ['--ruleset', 'spectral.json', '--format', 'json', '--quiet'];
    const { stdout, output } = await project.run('spectral', ['lint', document, ...options]);
    expect(output).toMatch(/^\s*\[/);
    return JSON.parse(stdout).map(({ code, path }: { code: string; path: string[] }) => ({
      rule: code,
      place: path.join('.'),
    }));
  }

  it('Redocly misses only the 4xx responses of operations that accept every request', async () => {
    const findings = await redocly(address);
    const places = [
      '~1',
      '~1health~1live',
      '~1health~1ready',
      '~1v2',
      '~1v2~1health~1live',
      '~1v2~1health~1ready',
    ];
    expect(findings.toSorted((a, b) => (a.place < b.place ? -1 : 1))).toEqual(
      places.map((path) => ({ rule: 'operation-4xx-response', place: `#/paths/${path}/get/responses` })),
    );
  });

  it('Spectral misses only a contact, which each operator of the service would have to add', async () => {
    expect(await spectral(address)).toEqual([{ rule: 'info-contact', place: 'info' }]);
  });

  it('both find an operation that names neither its security nor its tag', async () => {
    const document = (await (await fetch(address)).json()) as OpenApiDocument;
    const operation: Partial<Operation> = document.paths['/v1/models']?.get ?? {};
    delete operation.security;
    delete operation.tags;
    await project.write({ 'wrong.json': JSON.stringify(document) });
    const place = '/paths/~1v1~1models/get';
    expect(await redocly('wrong.json')).toContainEqual({ rule: 'security-defined', place: `#${place}` });
    expect(await spectral('wrong.json')).toContainEqual({
      rule: 'operation-tags',
      place: 'paths./v1/models.get',
    });
  });
});
