/** @file The field on a page, as a test reads and uses it. */
import type { Page } from 'playwright-core';

/** The element's interface for scripts of the page. */
export interface Field extends HTMLElement {
  value: string;
  score?: number;
  token?: string;
  file?: File;
  state: string;
  result?: { predictions: { label: string; score: number }[]; explanation?: { image: string } };
  classify(file: Blob): Promise<Field['result']>;
  validity: ValidityState;
  validationMessage: string;
}

/** Returns what tests do with a field. @param selector of the field, if the page has several */
export function fieldOn(page: Page, selector = ':is(image-classifier, fashion-classifier)') {
  const field = page.locator(selector);
  return {
    field,
    button: (name: string | RegExp) => field.getByRole('button', { name }),
    status: field.locator('[part=status]'),
    /** Chooses a file, as with the file picker. */
    pick: (file: Parameters<typeof field.setInputFiles>[0]) =>
      field.locator('input[type=file]').last().setInputFiles(file),
    value: () => field.evaluate((element) => (element as Field).value),
    get: <K extends keyof Field>(name: K) =>
      field.evaluate((element, name) => (element as Field)[name], name) as Promise<Field[K]>,
    /** Returns the names of the validity flags that are set. */
    flags: () =>
      field.evaluate((element) => {
        const { validity } = element as Field;
        return Object.keys(ValidityState.prototype).filter(
          (flag) => flag !== 'valid' && validity[flag as keyof ValidityState],
        );
      }),
    is: (state: string) => field.evaluate((element, state) => element.matches(`:state(${state})`), state),
    reaches: (state: string) =>
      page.waitForFunction(
        ([selector, state]) => document.querySelector(selector as string)?.matches(`:state(${state})`),
        [selector, state],
      ),
  };
}

/** Returns the entries of the page's form. A file is given as its name. */
export function entriesOn(page: Page): Promise<[string, string][]> {
  return page.evaluate(() =>
    [...new FormData(document.forms[0])].map(([name, value]) => [
      name,
      value instanceof File ? value.name : value,
    ]),
  );
}
