/**
 * @file A reporter that writes a training in MLflow's file format. `mlflow ui --backend-store-uri mlruns` shows it. In a project that has
 * installed the package, import from 'tinyvgg-train'.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Reporter } from '../train/index.ts';

/** Values of MLflow's `RunStatus`. */
const [RUNNING, FINISHED, FAILED] = [1, 3, 4];

/** @param store folder of MLflow's runs. The run is in its experiment `Default`. */
export function mlflow(store: string, run_name: string): Reporter {
  const run_id = randomUUID().replaceAll('-', '');
  const experiment = resolve(store, '0');
  const common = { experiment_id: '0', lifecycle_stage: 'active' };
  const write = (file: string, text: string, flag = 'w') => {
    const path = join(experiment, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag });
  };
  const writeRun = (status?: number, end_time: number | null = null) => {
    const artifact_uri = join(experiment, run_id, 'artifacts');
    const times = { start_time: started, end_time };
    const ids = { run_id, run_uuid: run_id, run_name, user_id: userInfo().username };
    // JSON is YAML, too.
    write(`${run_id}/meta.yaml`, JSON.stringify({ ...common, ...ids, ...times, artifact_uri, status }));
  };
  const started = Date.now();
  write('meta.yaml', JSON.stringify({ ...common, name: 'Default', artifact_location: experiment }));
  writeRun(RUNNING);
  return {
    settings(values) {
      for (const [name, value] of Object.entries(values)) write(`${run_id}/params/${name}`, `${value}`);
    },
    scalars(step, values) {
      for (const [name, value] of Object.entries(values))
        write(`${run_id}/metrics/${name}`, `${Date.now()} ${value} ${step}\n`, 'a');
    },
    end: (outcome) => writeRun(outcome === 'finished' ? FINISHED : FAILED, Date.now()),
  };
}
