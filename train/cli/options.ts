/** @file Options that several commands share, and parsers of option values. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { KERNEL_LEVELS } from '#shared/kernels/choose.ts';
import { DEFAULT_ALIAS } from '#shared/manifest.ts';
import { AUGMENTATION_USAGE } from '../dataset/augmentations.ts';
import { FOLDER_DEFAULTS } from '../dataset/open.ts';
import { DEVICES } from '../engine/open.ts';
import { bundledFile } from '../installation.ts';
import { INITIALIZATIONS } from '../model/initialize.ts';
import { MODEL_NAMES, ZOO_PADDINGS } from '../model/zoo.ts';
import { COLOUR_NAMES, FIT_MODES, OPTIMIZERS, parseDecimal, SCHEDULE_NAMES } from '../run/overrides.ts';
import { RECIPES, type Recipe } from '../run/recipes.ts';
import { CHECKPOINT_EVERY } from '../run/settings.ts';
import { SELECTIONS } from '../training/selection.ts';

/**
 * Returns an option without a default in Commander. Its default comes from the recipe, the configuration file or the environment.
 * @param fallback describes the default in the help
 */
export const optionWithDefault = (flags: string, description: string, fallback: string | number): Option =>
  new Option(flags, `${description} (default: ${fallback})`);

export const dataOption = (): Option =>
  optionWithDefault(
    '--data <folder>',
    'folder of images in a folder per class, or with metadata.csv; or folder with four IDX files, such as those of Fashion-MNIST and MNIST; train, retrain, sweep and leaderboard also take s3://bucket/folder',
    'Fashion-MNIST in FASHION_MNIST_DIR, else in a cache folder, into which missing files are downloaded',
  );

/** Adds the options that decide how a folder of images is read. */
export const withFolderOptions = (command: Command): Command =>
  command
    .addOption(dataOption())
    .addOption(
      optionWithDefault(
        '--image-size <pixels>',
        'width and height to which the images of a folder are scaled',
        FOLDER_DEFAULTS.imageSize,
      ),
    )
    .addOption(
      optionWithDefault(
        '--colour <name>',
        'colours of a folder’s images as the network sees them',
        FOLDER_DEFAULTS.colour,
      ).choices(COLOUR_NAMES),
    )
    .addOption(
      optionWithDefault(
        '--fit <mode>',
        'how the images are prepared: cover crops them, contain pads them with white, garment finds the garment as for Fashion-MNIST: 28 × 28 grey pixels',
        FOLDER_DEFAULTS.fit,
      ).choices(FIT_MODES),
    )
    .addOption(
      optionWithDefault(
        '--split-seed <number>',
        'seed with which images are assigned to the validation and the test part, where the folder does not',
        FOLDER_DEFAULTS.splitSeed,
      ),
    );
const BUNDLED_MODEL = bundledFile('release/tinyvgg.onnx');

export const modelOption = (): Option =>
  new Option(
    '--model <file>',
    'ONNX file that this program exported, or the run folder of one model',
  ).default(BUNDLED_MODEL);

/** Returns whether a path is that of the model that comes with this program. */
export const isBundled = (path: string): boolean => path === BUNDLED_MODEL;
export const aliasOption = (): Option =>
  new Option('--alias <name>', 'alias to point at the version').default(DEFAULT_ALIAS);
export const nameOption = (): Option => new Option('--name <model>', 'name of the model').default('tinyvgg');
export const reasonOption = (): Option => new Option('--reason <text>', 'reason to store in the alias');

/**
 * Adds the options of a training. The defaults are those of `--recipe` in the arguments, else those of `fallback`: the help of
 * `--recipe edge` must not show the defaults of another one.
 */
export function withTrainingOptions(command: Command, fallback: Recipe, args = process.argv): Command {
  const recipe = namedRecipe(args) ?? fallback;
  return withFolderOptions(command)
    .option(
      '--config <file>',
      'JSON file with any of the options below, such as {"batchSize": 64}; flags override it',
    )
    .addOption(
      optionWithDefault(
        '--recipe <name>',
        'named settings; the other options override them',
        `${fallback.name}; ${RECIPES.photos.name} with a folder of images, ${RECIPES.garments.name} with --fit garment`,
      ).choices(Object.keys(RECIPES)),
    )
    .addOption(
      optionWithDefault(
        '--models <names>',
        `comma-separated names of models: ${MODEL_NAMES.join(', ')}`,
        recipe === fallback
          ? `${recipe.models.join()}; ${RECIPES.photos.models.join()} with a folder of images, ${RECIPES.garments.models.join()} with --fit garment`
          : recipe.models.join(),
      ),
    )
    .option('--network <file>', 'JSON file with the layers of a network to train instead of the models')
    .addOption(
      optionWithDefault(
        '--hidden-units <number>',
        'channels or outputs of the hidden layers of the lab’s models',
        10,
      ),
    )
    .addOption(optionWithDefault('--kernel-size <pixels>', 'edge of the filters of tinyvgg', 3))
    .addOption(
      optionWithDefault(
        '--padding <name>',
        'zeros around the images in tinyvgg: as many as keep the size, or none',
        'same',
      ).choices(ZOO_PADDINGS),
    )
    .addOption(
      optionWithDefault(
        '--initialization <name>',
        'how the first weights are drawn: as PyTorch’s constructors do, or as He et al. for networks with many ReLUs',
        'he for photonet, pytorch for others',
      ).choices(INITIALIZATIONS),
    )
    .addOption(optionWithDefault('--seed <number>', 'seed, as in torch.manual_seed', recipe.seed))
    .addOption(optionWithDefault('--epochs <number>', 'passes over the training set', recipe.epochs))
    .addOption(optionWithDefault('--batch-size <images>', 'images per step', recipe.batchSize))
    .addOption(
      optionWithDefault('--optimizer <name>', 'optimizer, as in torch.optim', recipe.optimizer.kind).choices(
        OPTIMIZERS,
      ),
    )
    .addOption(
      optionWithDefault(
        '--lr, --learning-rate <number>',
        'learning rate',
        `${recipe.optimizer.learningRate}; with another --optimizer 0.1 for sgd, 0.001 for adam and adamw`,
      ),
    )
    .addOption(optionWithDefault('--momentum <number>', 'momentum of sgd', 0))
    .addOption(optionWithDefault('--beta1 <number>', 'decay of the mean gradient of adam and adamw', 0.9))
    .addOption(
      optionWithDefault('--beta2 <number>', 'decay of the mean squared gradient of adam and adamw', 0.999),
    )
    .addOption(
      optionWithDefault(
        '--epsilon <number>',
        'term of adam and adamw that prevents a division by zero',
        1e-8,
      ),
    )
    .addOption(
      optionWithDefault(
        '--weight-decay <number>',
        'weight decay: an L2 penalty, decoupled with adamw',
        `${recipe.optimizer.weightDecay}; with another --optimizer 0 for sgd and adam, 0.01 for adamw`,
      ),
    )
    .addOption(
      optionWithDefault(
        '--averaging <decay>',
        'evaluate and export an exponential moving average of the weights with this decay; 0 for none',
        recipe.optimizer.averaging,
      ),
    )
    .addOption(
      optionWithDefault(
        '--label-smoothing <share>',
        'share of the target that is the same for all classes, as in torch.nn.CrossEntropyLoss',
        recipe.labelSmoothing,
      ),
    )
    .addOption(
      optionWithDefault(
        '--select <epoch>',
        'epoch whose weights are exported; best is the one with the highest accuracy on the held-out images',
        recipe.select,
      ).choices(SELECTIONS),
    )
    .option('--patience <epochs>', 'with --select best, end after this many epochs without a better one')
    .addOption(
      optionWithDefault('--schedule <name>', 'learning-rate schedule', recipe.schedule).choices(
        SCHEDULE_NAMES,
      ),
    )
    .addOption(
      optionWithDefault(
        '--augmentation <name>',
        `augmentation of the training images: ${AUGMENTATION_USAGE}`,
        recipe.augmentation,
      ),
    )
    .addOption(
      optionWithDefault('--device <name>', 'engine that computes the training', 'auto').choices(DEVICES),
    )
    .option(
      '--allow-software-adapter',
      'allow --device webgpu to compute on the CPU, with SwiftShader or llvmpipe: slow, for tests',
    )
    .addOption(optionWithDefault('--threads <number>', 'threads of --device cpu', 'one per core'))
    .addOption(
      optionWithDefault('--kernels <level>', 'fastest kernels that --device cpu may use', 'winograd').choices(
        KERNEL_LEVELS,
      ),
    )
    .option(
      '--photos <folder>',
      'with Fashion-MNIST: photos to train on as well, in a folder per kind or with metadata.csv',
    )
    .option(
      '--none <class>',
      'class of a folder’s images that show none of the others: the model declines to answer when it predicts it',
    )
    .option('--balance', 'train on as many images of each class: an epoch repeats those of small classes')
    .option(
      '--weights <release>',
      'fine-tune another release: start from all of its weights. Its network and labels must be the same. An .onnx file, the run folder of one model, or in the object store NAME, NAME@ALIAS or NAME@VERSION',
    )
    .option(
      '--pretrained <release>',
      'start from the convolutions of another release and draw the other weights; named like that of --weights',
    )
    .option(
      '--teacher <release>',
      'learn the class probabilities of another release instead of the labels; named like that of --weights, trained on the same images',
    )
    .addOption(
      optionWithDefault(
        '--limit <images>',
        'use only the first images of the training set and of the test set; the accuracy is then that of fewer test images',
        'all',
      ),
    )
    .addOption(
      optionWithDefault(
        '--held-out <images>',
        'number of images at the end of the training set that are not trained on; a folder’s validation images take their place',
        recipe.heldOut,
      ),
    )
    .addOption(
      optionWithDefault(
        '--calibration',
        'calibrate the scores with a temperature. It is fitted on the held-out images; if there are none, a second model is trained on nine tenths of the images and the temperature fitted on the last tenth',
        'yes',
      ),
    )
    .option('--no-calibration', 'do not calibrate the scores')
    .addOption(
      optionWithDefault(
        '--checkpoint-every <seconds>',
        'time between checkpoints within an epoch; 0 saves one after each step. Every epoch ends with a checkpoint',
        CHECKPOINT_EVERY,
      ),
    );
}

/** Returns the recipe that arguments name, if there is one. */
function namedRecipe(args: readonly string[]): Recipe | undefined {
  const at = args.findLastIndex((arg) => /^--recipe(=|$)/.test(arg));
  const name = args[at]?.split('=')[1] ?? args[at + 1];
  return Object.hasOwn(RECIPES, name) ? RECIPES[name] : undefined;
}

/**
 * Returns a parser of whole numbers.
 * @param least smallest accepted number
 */
export const wholeNumber =
  (least = 1) =>
  (text: string): number => {
    if (!/^\d+$/.test(text) || Number(text) < least || !Number.isSafeInteger(Number(text))) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    }
    return Number(text);
  };

/** Parses a number in 0..1. */
export function parseShare(text: string): number {
  const value = parseDecimal(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1.');
}
