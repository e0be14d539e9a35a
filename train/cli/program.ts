/** @file The command line of the trainer. Each command is defined in a file of commands/. */
import { Command, CommanderError } from 'commander';
import { version } from '../installation.ts';
import { addClassify } from './commands/classify.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addInspect } from './commands/inspect.ts';
import { addPromote, addPush, addRollback, addStatus } from './commands/releases.ts';
import { addReport } from './commands/report.ts';
import { addRetrain } from './commands/retrain.ts';
import { addLeaderboard, addSweep } from './commands/sweep.ts';
import { addTrain } from './commands/train.ts';
import { rejectEmptyValues } from './empty-values.ts';
import { endProcess } from './ending.ts';
import { examplesHelp } from './examples.ts';
import { EXIT_CODES, exitCodesHelp, reportError, USAGE_ERROR } from './exit-codes.ts';
import { hintUnknownOptions } from './hints.ts';
import { surviveLostOutput } from './output.ts';
import { rejectSwallowedOptions } from './swallowed-options.ts';

const program = new Command('tinyvgg-train')
  .description('Trains image classifiers and publishes them to the edge.')
  .version(version(), '--version', 'print the version')
  .showHelpAfterError('Run with --help for usage.')
  .configureHelp({ showGlobalOptions: false })
  .exitOverride();

addInspect(program);
addTrain(program);
addReport(program);
addEvaluate(program);
addClassify(program);
addPush(program);
addPromote(program);
addRollback(program);
addStatus(program);
addRetrain(program);
addSweep(program);
addLeaderboard(program);

for (const command of program.commands) {
  command.addHelpText('after', `\n${examplesHelp(command.name())}\n\n${exitCodesHelp(command.name())}`);
  hintUnknownOptions(command);
}
rejectEmptyValues(program);
surviveLostOutput(EXIT_CODES.disk.code);

try {
  rejectSwallowedOptions(program);
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own errors. It also throws after --help, with exit code 0.
  if (!(error instanceof CommanderError)) process.exitCode = reportError(error);
  else if (error.exitCode !== 0) process.exitCode = USAGE_ERROR;
}
endProcess(2_000);
