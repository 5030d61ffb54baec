#!/usr/bin/env node
/** The molflow command. */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { checkCommand } from './check.js';
import { datasetCommand } from './dataset.js';
import { demoCommand } from './demo.js';
import { doctorCommand } from './doctor.js';
import { evaluateCommand } from './evaluate.js';
import { EXIT } from './exit-codes.js';
import { generateCommand } from './generate.js';
import { refineCommand } from './refine.js';
import { reflowCommand } from './reflow.js';
import { trainCommand } from './train.js';
import { viewCommand } from './view.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const program = new Command('molflow')
  .description('Molecular conformers by flow matching: SMILES in, accurate 3D out')
  .version(version);
for (const command of [
  generateCommand(),
  refineCommand(),
  viewCommand(),
  evaluateCommand(),
  trainCommand(),
  reflowCommand(),
  datasetCommand(),
  checkCommand(),
  doctorCommand(),
  demoCommand(),
])
  program.addCommand(command);
/** Commands of commands too: without it commander ends the process itself, with another code than the documented one. */
function reportErrors(command: Command): void {
  command.exitOverride().showHelpAfterError('(molflow <command> --help says more)');
  command.commands.forEach(reportErrors);
}
reportErrors(program);

// The reader of a pipe may go, as `head` does: what it leaves unread is no error, nor does a batch end with its messages.
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // An output of conformers listens, too, and tells its command.
  if (error.code === 'EPIPE' || process.stdout.listenerCount('error') > 1) return;
  process.stderr.write(`molflow: cannot write standard output: ${error.message}\n`);
  process.exit(EXIT.failure);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    process.stderr.write(`molflow: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT.failure;
  }
}
