/** @file Reads the page and the figures of a report as parsed XML. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom';

const parse = (text: string, type: 'image/svg+xml' | 'application/xhtml+xml') =>
  new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, type).documentElement as Element;

export const elements = (root: Element, name: string): Element[] => [...root.getElementsByTagName(name)];
export const textOf = (element: Element): string => (element.textContent ?? '').replaceAll('\u00a0', ' ');

/** Reads the page and the figures of a run. `text` is by file name, `page` and `figure` are parsed. */
export async function readReport(folder: string) {
  const names = await readdir(join(folder, 'report'));
  const text = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(folder, 'report', name), 'utf8')] as const),
    ),
  );
  const page = parse(text['index.html'].replace('<!doctype html>', ''), 'application/xhtml+xml');
  const figure = (name: string) => parse(text[`${name}.svg`], 'image/svg+xml');
  return { text, page, figure, names: names.sort() };
}
