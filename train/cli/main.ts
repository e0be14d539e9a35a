/** @file The trainer's command line: train · report · evaluate · classify · push · promote · rollback · status · retrain · sweep · leaderboard. */
import { Command, CommanderError, Option } from 'commander';
import { RECIPES } from '../run/recipes.ts';
import {
  classify,
  evaluateModel,
  promoteVersion,
  pushRelease,
  rollbackAlias,
  showStatus,
} from './commands.ts';
import { EXIT_CODES_HELP, reportError } from './exit.ts';
import { retrainModels, showLeaderboard, sweepShare } from './job-commands.ts';
import {
  aliasOption,
  dataOption,
  modelOption,
  nameOption,
  open,
  reasonOption,
  share,
  wholeNumber,
  withStoreOptions,
  withTrainingOptions,
} from './options.ts';
import { trainRun } from './train.ts';

const program = new Command('tinyvgg-edge')
  .description('Trains the Fashion-MNIST models and publishes them to the edge.')
  .showHelpAfterError('--help says what may be there.')
  .configureHelp({ showGlobalOptions: false })
  .exitOverride();

withTrainingOptions(program.command('train'), RECIPES.lab)
  .description(
    'Train, compare and export models; the results go to a run folder. SIGINT or SIGTERM ends after the present step, with a checkpoint.',
  )
  .addOption(open('--out <folder>', 'run folder', 'runs/<recipe>-seed<seed>-<time>'))
  .option(
    '--resume <folder>',
    'go on with the interrupted run in this folder, to the same weights, bit for bit',
  )
  .action(async (flags) => trainRun(flags));

program
  .command('report')
  .description('Draw a run as a page: curves, comparison, confusion, samples, mistakes, filters.')
  .addOption(open('--run <folder>', 'run folder', 'the newest in runs/'))
  .addOption(dataOption())
  .action(async (flags) => (await import('../report/report.ts')).report(flags));

/** Options of `evaluate` that mean nothing on the test set. */
const OF_PHOTOS = ['--photo-labels', '--folds', '--report', '--compare'];

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
  .option('--folds <number>', 'score groups of photos with like backgrounds, so many', wholeNumber())
  .option('--report <file.json>', 'write what --json prints')
  .option('--compare <file.json>', 'say which photos are mended and which broken since this --report')
  .option('--json', 'print one JSON object', false)
  .action(async ({ photos, ...flags }, command: Command) => {
    if (photos !== undefined)
      return (await import('../photos/evaluate.ts')).evaluatePhotos({ photos, ...flags });
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
  .option('--top-k <number>', 'labels to print, best first', wholeNumber(), 3)
  .option('--json', 'print one JSON object per image', false)
  .action(classify);

const storeCommand = (name: string, description: string): Command =>
  withStoreOptions(program.command(name).description(description));

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

withTrainingOptions(
  storeCommand(
    'retrain',
    'The scheduled run: train what the store has not got yet, and let the alias mean it if it is shown not to be worse. Checkpoints are in the store: another machine goes on from there.',
  ),
  RECIPES.edge,
)
  .addOption(aliasOption())
  .option('--tolerance <share>', 'by which accuracy it may be worse, 0..1', share, 0.01)
  .option('--dry-run', 'say what would be done, and do nothing', false)
  .action(retrainModels);

const gridOption = () =>
  new Option(
    '--grid <file>',
    'JSON: a configuration of train, any value of which may be a list',
  ).makeOptionMandatory();

storeCommand('sweep', 'Train one share of a grid; each point is trained once, whoever asks for it.')
  .addOption(gridOption())
  .addOption(
    new Option('--index <number>', 'this share, from 0')
      .env('JOB_COMPLETION_INDEX')
      .argParser(wholeNumber(0))
      .default(0),
  )
  .addOption(
    new Option('--shares <number>', 'processes that share the grid')
      .env('SWEEP_SHARES')
      .argParser(wholeNumber())
      .default(1),
  )
  .addOption(dataOption())
  .option('--plan', 'print the grid, and train nothing', false)
  .action(sweepShare);
storeCommand('leaderboard', 'Show what a sweep has found so far.')
  .addOption(gridOption())
  .option('--json', 'print one JSON object', false)
  .action(showLeaderboard);

for (const command of program.commands) command.addHelpText('after', `\n${EXIT_CODES_HELP}`);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its message; --help ends here too, with exit code 0.
  const usage = error instanceof CommanderError;
  process.exitCode = usage ? (error.exitCode === 0 ? 0 : 2) : reportError(error);
}
