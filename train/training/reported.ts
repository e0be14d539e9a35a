/** @file What a training passes to its reporter: its settings, and the metrics of its events. */
import type { TrainingEvent } from './events.ts';
import type { Job } from './job.ts';
import type { ReportedSettings, Reporter } from './reporter.ts';

/** Returns the settings of a training that decide its result. */
export function settingsOf(job: Job): ReportedSettings {
  const { network, optimizer, engine, data, augment, initial, ...others } = job;
  const { kind, ...numbers } = optimizer;
  const values = {
    model: network.name,
    parameters: network.parameterCount,
    engine: engine.name,
    trainingImages: data.train.count,
    optimizer: kind,
    ...numbers,
    schedule: 'constant',
    labelSmoothing: 0,
    select: 'last',
    balance: false,
    ...others,
  };
  const plain = ([, value]: [string, unknown]) => ['string', 'number', 'boolean'].includes(typeof value);
  return Object.fromEntries(Object.entries(values).filter(plain)) as ReportedSettings;
}

/** Passes the metrics of an event to a reporter. */
export function reportEvent(reporter: Reporter, event: TrainingEvent): void {
  const values: Record<string, number | undefined> = {};
  if (event.type === 'progress') {
    values['loss/steps'] = event.loss;
    values['learning-rate'] = event.learningRate;
  } else if (event.type === 'epoch-end') {
    values['loss/train'] = event.trainLoss;
    values['loss/validation'] = event.validationLoss;
    values['accuracy/validation'] = event.validationAccuracy;
  }
  if (event.type === 'epoch-end' || event.type === 'test') {
    values['loss/test'] = event.testLoss;
    values['accuracy/test'] = event.testAccuracy;
  }
  const given = Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined);
  if (given.length > 0) reporter.scalars(event.step, Object.fromEntries(given));
}
