/** @file The licences of the libraries whose code is inside a package. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../child-process.ts';

/** Returns a document with the licence of each library. @throws Error when a library names none */
export async function licencesOf(libraries: readonly string[]): Promise<string> {
  const licences = await Promise.all(libraries.toSorted().map(licenceOf));
  return `# Code of other projects in this package\n\n${licences.join('\n')}`;
}

async function licenceOf(library: string): Promise<string> {
  const folder = join(ROOT, 'node_modules', library);
  const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (!license) throw new Error(`cannot name the licence of ${library}: its package.json has none`);
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
  const text = file ? await readFile(join(folder, file), 'utf8') : '';
  return `## ${library} ${version}: ${license}\n\n${text && `\`\`\`\n${text.trim()}\n\`\`\`\n`}`;
}
