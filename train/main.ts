/** @file The trainer's command line: train · report · evaluate · classify · push · promote · rollback · status. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { KERNEL_LEVELS } from '#shared/kernels/choose.ts';
import { DEFAULT_ALIAS } from '#shared/manifest.ts';
import {
  classify,
  evaluateModel,
  promoteVersion,
  pushRelease,
  rollbackAlias,
  showStatus,
} from './commands.ts';
import { DEVICES } from './engine/open.ts';
import { EXIT_CODES_HELP, reportError } from './exit.ts';
import { MODEL_NAMES } from './model/zoo.ts';
import { RECIPES } from './recipes.ts';
import { run } from './run.ts';
import {
  AUGMENTATION_NAMES,
  CHECKPOINT_EVERY,
  OPTIMIZERS,
  resolveSettings,
  SCHEDULE_NAMES,
} from './settings.ts';
import { DEFAULT_BUCKET } from './store/open.ts';

const BUNDLED_RELEASE = 'release/tinyvgg.onnx';
const { lab } = RECIPES;

/** An option whose default is found elsewhere: in the recipe, the configuration file, the environment. */
const open = (flags: string, description: string, fallback: string) =>
  new Option(flags, `${description} (default: ${fallback})`);

const dataOption = () =>
  open(
    '--data <folder>',
    'folder with the four official files of Fashion-MNIST',
    'FASHION_MNIST_DIR, else the cache folder, downloaded when it is empty',
  );
const modelOption = () =>
  new Option('--model <file>', 'an .onnx file that this program wrote').default(BUNDLED_RELEASE);

const program = new Command('tinyvgg-edge')
  .description('Trains the Fashion-MNIST models and publishes them to the edge.')
  .showHelpAfterError('--help says what may be there.')
  .configureHelp({ showGlobalOptions: false })
  .exitOverride();

program
  .command('train')
  .description(
    'Train, compare and export models; the results go to a run folder. SIGINT or SIGTERM ends after the present step, with a checkpoint.',
  )
  .option('--config <file>', 'JSON file with any of the options below by name; flags win over it')
  .addOption(open('--recipe <name>', 'frozen settings', lab.name).choices(Object.keys(RECIPES)))
  .addOption(open('--models <names>', 'comma-separated', MODEL_NAMES.join()))
  .addOption(open('--seed <number>', 'as in torch.manual_seed', `${lab.seed}`))
  .addOption(open('--epochs <number>', 'passes over the training set', `${lab.epochs}`))
  .addOption(open('--batch-size <images>', 'images of one step', `${lab.batchSize}`))
  .addOption(open('--optimizer <name>', 'as in torch.optim', lab.optimizer.kind).choices(OPTIMIZERS))
  .addOption(open('--learning-rate <number>', 'of a step', `${lab.optimizer.learningRate}; 0.001 for adam`))
  .addOption(open('--momentum <number>', 'of sgd', '0'))
  .addOption(open('--weight-decay <number>', 'pulls the weights towards zero', '0'))
  .addOption(open('--schedule <name>', 'of the learning rate', lab.schedule).choices(SCHEDULE_NAMES))
  .addOption(
    open('--augmentation <name>', 'what is done to training images', lab.augmentation).choices(
      AUGMENTATION_NAMES,
    ),
  )
  .addOption(open('--device <name>', 'what computes', 'auto').choices(DEVICES))
  .option(
    '--allow-software-adapter',
    'let a GPU device compute on the CPU, as SwiftShader and llvmpipe do: slow, for tests',
  )
  .addOption(open('--threads <number>', 'threads of --device cpu', 'as many as there are cores'))
  .addOption(
    open('--kernels <level>', 'of --device cpu, from slow to fast', 'winograd').choices(KERNEL_LEVELS),
  )
  .addOption(dataOption())
  .addOption(open('--out <folder>', 'run folder', 'runs/<recipe>-seed<seed>-<time>'))
  .addOption(open('--limit <images>', 'train on the first so many images only', 'all'))
  .addOption(open('--held-out <images>', 'last training images that are not trained on', `${lab.heldOut}`))
  .addOption(
    open(
      '--calibration',
      'fit a temperature to the held-out images, without any to those of a twin that is trained on nine tenths',
      'yes',
    ),
  )
  .option('--no-calibration', 'leave the scores as they are')
  .addOption(
    open(
      '--checkpoint-every <seconds>',
      'also after each epoch; 0 for one after each step',
      `${CHECKPOINT_EVERY}`,
    ),
  )
  .option(
    '--resume <folder>',
    'go on with the interrupted run in this folder, to the same weights, bit for bit',
  )
  .action(async (flags) => run(await resolveSettings(flags)));

program
  .command('report')
  .description('Draw a run as a page: curves, comparison, confusion, samples, mistakes, filters.')
  .addOption(open('--run <folder>', 'run folder', 'the newest in runs/'))
  .addOption(dataOption())
  .action(async (flags) => (await import('./report.ts')).report(flags));

/** Options of `evaluate` that mean nothing on the test set. */
const OF_PHOTOS = ['--photo-labels', '--folds', '--sheet', '--report', '--compare'];

program
  .command('evaluate')
  .description(
    'Test a model on the test set: loss and accuracy as the lab takes them, calibration error, confusion matrix. With --photos, on photos, as the Worker would classify them.',
  )
  .addOption(modelOption())
  .addOption(dataOption())
  .addOption(
    new Option('--photos <folder>', 'photos, in subfolders that say what they show').conflicts('data'),
  )
  .option('--photo-labels <file>', 'JSON: the labels that are right for each subfolder of --photos')
  .option('--folds <number>', 'score groups of photos with like backgrounds, so many', wholeNumber)
  .option('--sheet <file.png>', 'draw each photo with the garment found, the image of it, the answer')
  .option('--report <file.json>', 'write what --json prints')
  .option('--compare <file.json>', 'say which photos are mended and which broken since this --report')
  .option('--json', 'print one JSON object', false)
  .action(async ({ photos, ...flags }, command: Command) => {
    if (photos !== undefined)
      return (await import('./photos/evaluate.ts')).evaluatePhotos({ photos, ...flags });
    const alone = command.options.find((option) => {
      return OF_PHOTOS.includes(option.long ?? '') && option.attributeName() in flags;
    });
    if (alone) command.error(`error: option '${alone.flags}' goes with --photos`);
    return evaluateModel(flags);
  });

program
  .command('classify')
  .description('Classify images on this machine, as the Worker would: JPEG, PNG, WebP, AVIF, GIF.')
  .argument('<images...>', 'files')
  .addOption(modelOption())
  .option('--top-k <number>', 'labels to print, best first', wholeNumber, 3)
  .option(
    '--picture <file.png>',
    'draw what became of each image; a terminal in full colour shows it as well',
  )
  .option('--json', 'print one JSON object per image', false)
  .action(classify);

/** Options of the commands that talk to an object store. */
function storeCommand(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .addOption(new Option('--bucket <name>', 'bucket').env('MODEL_BUCKET').default(DEFAULT_BUCKET))
    .option(
      '--endpoint <url>',
      'S3 endpoint (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else Amazon S3)',
    )
    .option('--region <name>', 'region (default: AWS_REGION, else auto)')
    .option(
      '--local [origin]',
      'the bucket of `npm start` on this machine; an origin when it is not http://localhost:8787',
    )
    .addHelpText(
      'after',
      '\nCredentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.',
    );
}

const aliasOption = () => new Option('--alias <name>', 'the alias to move').default(DEFAULT_ALIAS);
const nameOption = () => new Option('--name <model>', 'name of the model').default('tinyvgg');
const reasonOption = () => new Option('--reason <text>', 'kept in the alias');

storeCommand('push', 'Upload a release and let the alias mean it.')
  .addOption(modelOption())
  .addOption(aliasOption())
  .addOption(reasonOption())
  .action(pushRelease);
storeCommand('promote', 'Let the alias mean a version that is in the store.')
  .argument('<version>', 'SHA-256 of the ONNX file')
  .addOption(nameOption())
  .addOption(aliasOption())
  .addOption(reasonOption())
  .action(promoteVersion);
storeCommand('rollback', 'Let the alias mean what it meant before.')
  .addOption(nameOption())
  .addOption(aliasOption())
  .addOption(reasonOption())
  .action(rollbackAlias);
storeCommand('status', 'Show the versions and aliases in the store.')
  .addOption(nameOption())
  .action(showStatus);

for (const command of program.commands) command.addHelpText('after', `\n${EXIT_CODES_HELP}`);

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1 on.');
  return Number(text);
}

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its message; --help ends here too, with exit code 0.
  const usage = error instanceof CommanderError;
  process.exitCode = usage ? (error.exitCode === 0 ? 0 : 2) : reportError(error);
}
