/** @file Finds the setting that a person means by a name that is none: another library's name, its beginning, or a misspelling. */

/** Names in PyTorch, Keras, Lightning, Ultralytics and Hugging Face, without hyphens, with the name here. */
const SYNONYMS: Readonly<Record<string, string>> = {
  ...{ lr: 'learningRate', lr0: 'learningRate', eta: 'learningRate' },
  ...{ bs: 'batchSize', batch: 'batchSize', minibatch: 'batchSize', perdevicetrainbatchsize: 'batchSize' },
  ...{ maxepochs: 'epochs', numepochs: 'epochs', numtrainepochs: 'epochs', nepochs: 'epochs' },
  ...{ optim: 'optimizer', opt: 'optimizer', wd: 'weightDecay', l2: 'weightDecay', decay: 'weightDecay' },
  ...{ eps: 'epsilon', adamepsilon: 'epsilon', adambeta1: 'beta1', adambeta2: 'beta2', betas: 'beta1' },
  ...{ ema: 'averaging', emadecay: 'averaging', smoothing: 'labelSmoothing' },
  ...{ scheduler: 'schedule', lrscheduler: 'schedule', lrschedulertype: 'schedule' },
  ...{ augment: 'augmentation', transform: 'augmentation', transforms: 'augmentation' },
  ...{ earlystopping: 'patience', seedeverything: 'seed', randomseed: 'seed', randomstate: 'seed' },
  ...{ gpu: 'device', accelerator: 'device', workers: 'threads', numworkers: 'threads', jobs: 'threads' },
  ...{
    dataset: 'data',
    datadir: 'data',
    datapath: 'data',
    imgsz: 'imageSize',
    size: 'imageSize',
    img: 'imageSize',
  },
  ...{
    colormode: 'colour',
    color: 'colour',
    validationsplit: 'heldOut',
    valsplit: 'heldOut',
    val: 'heldOut',
  },
  ...{ output: 'out', outputdir: 'out', savedir: 'out', project: 'out', logdir: 'out' },
  ...{ checkpoint: 'weights', classweight: 'balance', filters: 'hiddenUnits' },
  ...{
    hidden: 'hiddenUnits',
    arch: 'models',
    model: 'models',
    top: 'topK',
    k: 'topK',
    threshold: 'tolerance',
  },
};

/**
 * Returns the most similar of some names; undefined when none is similar.
 * @param name in any spelling: `lr`, `batch_size`, `--batch-size`
 * @param names in camel case
 */
export function similarName(name: string, names: readonly string[]): string | undefined {
  const wanted = plain(name);
  const synonym = SYNONYMS[wanted];
  if (synonym !== undefined && names.includes(synonym)) return synonym;
  const same = names.find((one) => plain(one) === wanted);
  const begun = names.filter((one) => plain(one).startsWith(wanted));
  if (same !== undefined) return same;
  if (wanted.length > 1 && begun.length === 1) return begun[0];
  const distances = names.map((one) => ({ one, distance: distance(plain(one), wanted) }));
  const [nearest] = distances.toSorted((a, b) => a.distance - b.distance);
  return nearest && nearest.distance <= wanted.length / 3 ? nearest.one : undefined;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Returns the number of letters to insert, delete, replace or exchange with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const steps = [rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + cost];
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        steps.push(rows[i - 2][j - 2] + 1);
      row.push(Math.min(...steps));
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
