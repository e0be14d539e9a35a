/** @file A request after its response, as metrics, logs and Analytics Engine report it. */
import type { RequestRecord } from '../http/record.ts';

export interface CompletedRequest extends RequestRecord {
  id: string;
  /** Pattern of the route (`/v1/models/:name`), or `none`. */
  route: string;
  method: string;
  status: number;
}

/** workerd accepts about thirty methods. Reporting only these keeps the number of time series small. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Returns the method, or `other`. */
export const reportedMethod = (method: string): string => (METHODS.includes(method) ? method : 'other');

/** Summarizes the images of a request: their number, the number of unreadable ones, and distinct kinds and problems. */
export function imageSummary({ images }: RequestRecord) {
  const problems = images.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'read');
  return {
    images: images.length,
    imagesRefused: problems.length,
    imageKinds: distinct(images.map(({ kind }) => kind)),
    imageProblems: distinct(problems),
  };
}

/** `jpeg,png` */
const distinct = (words: string[]): string => [...new Set(words)].sort().join(',');
