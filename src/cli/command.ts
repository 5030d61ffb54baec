/** The work of the molflow command. */
import { Command, CommanderError } from 'commander';
import { EXIT } from './exit-codes.js';
import { isGuarded } from './guard.js';
import { endInterrupted, interruption, takeInterruptions } from './interrupt.js';
import { print, printNote } from './print.js';
import { VERSION } from './version.js';

/** In the order of the help. Loaded when they are asked for: one does not pay for what another needs. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  generate: async () => (await import('./generate.js')).generateCommand(),
  refine: async () => (await import('./refine.js')).refineCommand(),
  config: async () => (await import('./config-command.js')).configCommand(),
  merge: async () => (await import('./merge.js')).mergeCommand(),
  convert: async () => (await import('./convert.js')).convertCommand(),
  view: async () => (await import('./view.js')).viewCommand(),
  evaluate: async () => (await import('./evaluate.js')).evaluateCommand(),
  train: async () => (await import('./train.js')).trainCommand(),
  reflow: async () => (await import('./reflow.js')).reflowCommand(),
  dataset: async () => (await import('./dataset.js')).datasetCommand(),
  check: async () => (await import('./check.js')).checkCommand(),
  doctor: async () => (await import('./doctor.js')).doctorCommand(),
  demo: async () => (await import('./demo.js')).demoCommand(),
};

if (isGuarded()) takeInterruptions();

const program = new Command('molflow')
  .description('Molecular conformers by flow matching: SMILES in, accurate 3D out')
  .version(VERSION);
const [first = ''] = process.argv.slice(2);
const asked = Object.entries(COMMANDS).filter(([name]) => name === first);
// Help lists them all, and the name of none gets the nearest suggested.
const listed = ['-V', '--version'].includes(first) || asked.length > 0 ? asked : Object.entries(COMMANDS);
for (const [, command] of listed) program.addCommand(await command());
/** Commands of commands too: without it commander ends the process itself, with another code than the documented one. */
function reportErrors(command: Command): void {
  command
    .exitOverride()
    .showHelpAfterError('(molflow <command> --help says more)')
    .configureOutput({ writeOut: print, writeErr: (text) => printNote(text.replace(/\n$/, '')) });
  command.commands.forEach(reportErrors);
}
reportErrors(program);

// The reader of a pipe may go, as `head` does: what it leaves unread is no error, nor does a batch end with its messages.
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // An output of conformers listens, too, and tells its command.
  if (error.code === 'EPIPE' || process.stdout.listenerCount('error') > 1) return;
  printNote(`molflow: cannot write standard output: ${error.message}`);
  process.exit(EXIT.failure);
});

try {
  await program.parseAsync();
} catch (error) {
  // What is stopped in the middle may well complain.
  if (!interruption.aborted) report(error);
}
if (interruption.aborted) endInterrupted();

function report(error: unknown): void {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return;
  }
  printNote(`molflow: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = EXIT.failure;
}
