/** @file What the process of a local Worker receives and sends. */
import type { WorkerConfiguration } from './configuration.ts';

export interface ServerOptions {
  /** Paths of wrangler configurations, or what they contain; the Worker that listens comes first. */
  configs: readonly string[] | readonly WorkerConfiguration[];
  host: string;
  /** 0 for a free one. */
  port: number;
  /** Folder of the local buckets. */
  state: string;
  /** Override the variables of the Worker that listens. */
  variables: Readonly<Record<string, string>>;
  /** Variables that it has unless its configuration or .dev.vars has others. */
  defaults: Readonly<Record<string, string>>;
  logLevel: LogLevelName;
  /** Port of the inspector; no inspector if absent. */
  inspectorPort?: number | undefined;
  /** Folders whose changes restart the Worker; absent for none. */
  watched?: readonly string[] | undefined;
}

export const LOG_LEVELS = ['error', 'warn', 'log'] as const;
export type LogLevelName = (typeof LOG_LEVELS)[number];

/** The Worker listens on this port. */
export interface Ready {
  port: number;
}
