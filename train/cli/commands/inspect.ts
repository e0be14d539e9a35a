/** @file The command `inspect`. */
import type { Command } from 'commander';
import { withFolderOptions } from '../options.ts';

export function addInspect(program: Command): void {
  withFolderOptions(program.command('inspect'))
    .description(
      'Find what is wrong with a folder of images: unreadable files, copies, leaks between its parts, imbalance, classes that look alike, and labels that may be wrong.',
    )
    .option('--json', 'print one JSON object', false)
    .option('--page <file>', 'write a page with the pictures')
    .action(async (flags) => (await import('../actions/inspect.ts')).inspectFolder(flags));
}
