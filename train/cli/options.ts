/** @file Options that several commands of the trainer have in common. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { KERNEL_LEVELS } from '#shared/kernels/choose.ts';
import { DEFAULT_ALIAS } from '#shared/manifest.ts';
import { DEVICES } from '../engine/open.ts';
import { AUGMENTATION_NAMES, OPTIMIZERS, SCHEDULE_NAMES } from '../run/overrides.ts';
import { RECIPES, type Recipe } from '../run/recipes.ts';
import { CHECKPOINT_EVERY } from '../run/settings.ts';
import { DEFAULT_BUCKET } from '../store/open.ts';

const BUNDLED_RELEASE = 'release/tinyvgg.onnx';

/** An option whose default is found elsewhere: in the recipe, the configuration file, the environment. */
export const open = (flags: string, description: string, fallback: string): Option =>
  new Option(flags, `${description} (default: ${fallback})`);

export const dataOption = (): Option =>
  open(
    '--data <folder>',
    'folder with the four official files of Fashion-MNIST',
    'FASHION_MNIST_DIR, else the cache folder, downloaded when it is empty',
  );
export const modelOption = (): Option =>
  new Option('--model <file>', 'an .onnx file that this program wrote').default(BUNDLED_RELEASE);
export const aliasOption = (): Option =>
  new Option('--alias <name>', 'the alias to move').default(DEFAULT_ALIAS);
export const nameOption = (): Option => new Option('--name <model>', 'name of the model').default('tinyvgg');
export const reasonOption = (): Option => new Option('--reason <text>', 'kept in the alias');

/** What decides a training, and `recipe` where nothing is said. */
export const withTrainingOptions = (command: Command, recipe: Recipe): Command =>
  command
    .option('--config <file>', 'JSON file with any of the options below by name; flags win over it')
    .addOption(open('--recipe <name>', 'frozen settings', recipe.name).choices(Object.keys(RECIPES)))
    .addOption(open('--models <names>', 'comma-separated', recipe.models.join()))
    .addOption(open('--seed <number>', 'as in torch.manual_seed', `${recipe.seed}`))
    .addOption(open('--epochs <number>', 'passes over the training set', `${recipe.epochs}`))
    .addOption(open('--batch-size <images>', 'images of one step', `${recipe.batchSize}`))
    .addOption(open('--optimizer <name>', 'as in torch.optim', recipe.optimizer.kind).choices(OPTIMIZERS))
    .addOption(
      open('--learning-rate <number>', 'of a step', `${recipe.optimizer.learningRate}; 0.001 for adam`),
    )
    .addOption(open('--momentum <number>', 'of sgd', '0'))
    .addOption(open('--weight-decay <number>', 'pulls the weights towards zero', '0'))
    .addOption(open('--schedule <name>', 'of the learning rate', recipe.schedule).choices(SCHEDULE_NAMES))
    .addOption(
      open('--augmentation <name>', 'what is done to training images', recipe.augmentation).choices(
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
    .addOption(open('--limit <images>', 'train on the first so many images only', 'all'))
    .addOption(
      open('--held-out <images>', 'last training images that are not trained on', `${recipe.heldOut}`),
    )
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
    );

/** Options of the commands that talk to an object store. */
export const withStoreOptions = (command: Command): Command =>
  command
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

/** @param least the smallest that may be */
export const wholeNumber =
  (least = 1) =>
  (text: string): number => {
    if (!/^\d+$/.test(text) || Number(text) < least) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} on.`);
    }
    return Number(text);
  };

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a share from 0 to 1.');
}
