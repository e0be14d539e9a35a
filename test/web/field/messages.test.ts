/** @file The field's texts: complete in every language, for every reason and problem that the API can return. */
import { describe, expect, it } from 'vitest';
import { ABSTENTION_REASONS } from '#shared/abstention.ts';
import { PHOTO_WARNINGS } from '#shared/photo-warnings.ts';
import { TEXTS } from '../../../edge/api/v1/page/texts.ts';
import { PROBLEMS, type ProblemType } from '../../../edge/http/problem-types.ts';
import { LABELS } from '../../../train/dataset/fashion-mnist/labels.ts';
import de from '../../../web/field/messages/de.ts';
import en, { type Messages, type ProblemText } from '../../../web/field/messages/en.ts';
import es from '../../../web/field/messages/es.ts';
import fr from '../../../web/field/messages/fr.ts';
import zh from '../../../web/field/messages/zh.ts';
import { problemTextOf } from '../../../web/field/problem-text.ts';
import { isRetryable } from '../../../web/field/request.ts';

const LANGUAGES: Record<string, Messages> = { de, en, es, fr, zh };

/** The text for each problem type of the API. TypeScript rejects this table when the API has a type without a text. */
const EXPECTED: Record<ProblemType, ProblemText> = {
  'image-too-large': 'unreadable',
  'body-too-large': 'unreadable',
  'unsupported-image': 'unreadable',
  'damaged-image': 'unreadable',
  'empty-body': 'unreadable',
  'unreadable-body': 'unreachable',
  'slow-body': 'unreachable',
  busy: 'service',
  'too-many-requests': 'tooManyRequests',
  'turnstile-failed': 'securityCheck',
  'turnstile-unavailable': 'service',
  'model-unavailable': 'service',
  'token-store-unavailable': 'service',
  'keys-unavailable': 'service',
  internal: 'service',
  // The page or the service is set up wrongly.
  'no-key': 'setup',
  'wrong-key': 'setup',
  'wrong-origin': 'setup',
  'model-not-allowed': 'setup',
  'scope-not-allowed': 'setup',
  closed: 'setup',
  misconfigured: 'setup',
  'not-signed': 'setup',
  'not-renewable': 'setup',
  'not-found': 'setup',
  'method-not-allowed': 'setup',
  // The field sends none of the requests below.
  'unsupported-encoding': 'setup',
  'unknown-model': 'setup',
  'unknown-alias': 'setup',
  'unknown-version': 'setup',
  'invalid-query': 'setup',
  'precondition-failed': 'setup',
  'range-not-satisfiable': 'setup',
  'malformed-form': 'setup',
  'invalid-body': 'setup',
  'too-many-images': 'setup',
};

/** Returns a dictionary's texts by their path, such as `problems.heic`. */
const textsOf = (group: object, path = ''): [string, string][] =>
  Object.entries(group).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[`${path}${key}`, value] as [string, string]]
      : textsOf(value, `${path}${key}.`),
  );

const placeholders = (text: string) => text.match(/\{\w+\}/g) ?? [];

it.each(Object.entries(EXPECTED))('the problem %s has the text "%s"', (type, text) => {
  const { status } = PROBLEMS[type as ProblemType];
  expect(problemTextOf(type, isRetryable(status, type))).toBe(text);
});

it.each([
  ['unreadable', 'unreadable'],
  ['heic', 'heic'],
  ['file-too-large', 'tooLarge'],
  ['too-narrow', 'tooNarrow'],
  ['unprocessable', 'device'],
  ['unreachable', 'unreachable'],
  ['not-loaded', 'notLoaded'],
  ['no-local', 'device'],
  ['page-error', 'service'],
])('the field’s own problem %s has the text "%s"', (type, text) => {
  expect(problemTextOf(type, true)).toBe(text);
});

/** Texts that ask the visitor to try again, for which the field has a button. */
const WITH_RETRY: ProblemText[] = ['tooManyRequests', 'unreachable', 'service'];

it.each(Object.entries(EXPECTED))(
  '%s has a retry button if and only if its text "%s" needs one',
  (type, text) => {
    const { status } = PROBLEMS[type as ProblemType];
    expect(isRetryable(status, type)).toBe(WITH_RETRY.includes(text));
  },
);

it('the endpoint’s page has the field’s words for an answer that the visitor should check', () => {
  expect(TEXTS.uncertain('Dress')).toBe(en.unsure.replace('{label}', 'Dress'));
});

describe.each(Object.entries(LANGUAGES))('%s', (_, messages) => {
  it('has a text for every reason to decline, every problem and every key', () => {
    for (const reason of ABSTENTION_REASONS) expect(messages.abstained[reason], reason).toMatch(/\S/);
    for (const text of Object.values(EXPECTED)) expect(messages.problems[text], text).toMatch(/\S/);
    const texts = new Map(textsOf({ ...messages, labels: {} }));
    for (const [path, english] of textsOf({ ...en, labels: {} })) {
      expect(texts.get(path), path).toMatch(/\S/);
      expect(placeholders(texts.get(path) ?? ''), path).toEqual(placeholders(english));
    }
  });

  it('has advice for every warning that the reasons to decline do not contain', () => {
    const contained = ['low-contrast', 'no-garment'];
    const others = Object.keys(PHOTO_WARNINGS).filter((code) => !contained.includes(code));
    expect(Object.keys(messages.advice).toSorted()).toEqual(others.toSorted());
  });

  it('has only labels of the model', () => {
    for (const label of Object.keys(messages.labels)) expect(LABELS).toContain(label);
  });
});

it.each([
  ['de', de],
  ['es', es],
  ['fr', fr],
  ['zh', zh],
] as const)('%s has a text for every label, and repeats no English text', (_, messages) => {
  expect(Object.keys(messages.labels).toSorted()).toEqual(LABELS.toSorted());
  const english = new Map(textsOf({ ...en, labels: {} }));
  for (const [path, text] of textsOf({ ...messages, labels: {} }))
    expect(text, path).not.toBe(english.get(path));
});
