/** @file `npm run photo-page`: writes an HTML page that shows how the photo pipeline and a model treat photos. */
import { basename } from 'node:path';
import { Command } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import { writeFileAtomic } from '../../train/files.ts';
import { percent } from '../../train/format.ts';
import { type Classifier, classifyFile, openClassifier } from '../../train/photos/classifier.ts';
import { FOLDER_LABELS, readFolderLabels } from '../../train/photos/folder-labels.ts';
import { listPhotos } from '../../train/photos/photo-files.ts';
import { readRelease } from '../../train/release/release.ts';
import { runCommand } from '../command.ts';
import { type PhotoFigure, photoFigure, photoPage, type Section } from './photo-figure.ts';

interface Flags {
  photos?: string;
  photoLabels?: string;
  model: string;
  out: string;
}

interface PhotoToShow {
  file: string;
  path: string;
  /** The labels that count as correct, where they are known. */
  labels?: readonly string[];
}

async function main(images: string[], { photos, photoLabels, model, out }: Flags): Promise<void> {
  if (photos === undefined && images.length === 0) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'no photo to show',
      expected: 'image files, or --photos with a folder',
      next: 'Run with --help for usage.',
    });
  }
  const mapping = photoLabels === undefined ? FOLDER_LABELS : await readFolderLabels(photoLabels);
  const files = photos === undefined ? [] : await listPhotos(photos, mapping);
  const classify = await openClassifier(await readRelease(model));
  const sections: Section[] = [];
  if (images.length > 0) {
    const named = images.map((path) => ({ file: basename(path), path }));
    sections.push({ figures: await figuresOf(named, classify) });
  }
  for (const [folder, own] of Map.groupBy(files, ({ folder }) => folder)) {
    sections.push(folderSection(folder, await figuresOf(own, classify)));
  }
  await writeFileAtomic(out, photoPage(photos ?? 'Photos', sections));
  console.log(`Page: ${out}`);
}

/** Draws the photos that can be read. Reports the others on stderr and by the exit code. */
async function figuresOf(photos: readonly PhotoToShow[], classify: Classifier): Promise<PhotoFigure[]> {
  const figures: PhotoFigure[] = [];
  for (const { file, path, labels } of photos) {
    const classified = await classifyFile(path, classify);
    if ('problem' in classified) {
      console.error(`${path}: ${classified.problem}`);
      process.exitCode = 1;
    } else {
      figures.push(photoFigure(file, classified, labels));
    }
  }
  return figures;
}

/** Sorts wrong predictions first, the highest score at the beginning. */
function folderSection(folder: string, figures: readonly PhotoFigure[]): Section {
  const right = figures.filter((figure) => figure.right).length;
  const share = figures.length > 0 ? `, ${percent(right / figures.length, 1)}` : '';
  return {
    heading: `${folder}: ${right} of ${figures.length} correct${share}`,
    figures: figures.toSorted((a, b) => Number(a.right) - Number(b.right) || b.score - a.score),
  };
}

await runCommand(
  new Command('npm run photo-page --')
    .description(
      'Writes a page that shows each photo with the garment that the pipeline found, the 28 × 28 image that the network received, the predictions and the pipeline’s steps.',
    )
    .argument('[images...]', 'image files: JPEG, PNG, WebP, AVIF or GIF')
    .option(
      '--photos <folder>',
      'photos in subfolders named after their garments; wrong predictions come first',
    )
    .option('--photo-labels <file>', 'JSON: the correct labels for each subfolder of --photos')
    .option('--model <file>', 'the .onnx file of a release', 'release/tinyvgg.onnx')
    .option('--out <file>', 'the page to write', 'photos.html')
    .addHelpText('after', '\nExit code 0 when every photo is on the page, otherwise 1.')
    .action(main),
);
