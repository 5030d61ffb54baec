/** molflow config: prints the flags that a preset, a file and a command line come to, as a file for --config. */
import { Command, type Option } from 'commander';
import { keyOf } from './config.js';
import { addGenerateFlags } from './generate.js';
import { print } from './print.js';

const HELP = `
Takes every flag of molflow generate (molflow generate --help lists them), and prints all that have a value.

Example:
  molflow config print --preset docking -n 20 > docking.json
  molflow generate --config docking.json --input ligands.smi --out ligands.sdf`;

export function configCommand(): Command {
  const command = new Command('config').description('print configurations for molflow generate --config');
  const printing = addGenerateFlags(new Command('print'))
    .usage('[flags of molflow generate]')
    .description('print the flags that --preset, --config and the command line come to')
    .configureHelp({ visibleOptions: () => [] })
    .addHelpText('after', HELP)
    .action((_, self: Command) => print(`${JSON.stringify(configOf(self), null, 2)}\n`));
  return command.addCommand(printing);
}

function configOf(command: Command): Record<string, unknown> {
  const isDefault = (name: string) => command.getOptionValueSource(name) === 'default';
  const replaced = (option: Option) =>
    isDefault(option.attributeName()) &&
    (option as Option & { readonly conflictsWith: readonly string[] }).conflictsWith.some(
      (other) => command.getOptionValue(other) !== undefined,
    );
  return Object.fromEntries(
    command.options.flatMap((option) => {
      const name = option.attributeName();
      const value: unknown = command.getOptionValue(name);
      // How many cores there are belongs to the machine, and a preset is in what it has set.
      const isOurs = name === 'preset' || name === 'config';
      const isMachine = name === 'jobs' && isDefault(name);
      if (value === undefined || isOurs || isMachine || replaced(option)) return [];
      if (option.negate) return value === false ? [[keyOf(option), true]] : [];
      return [[keyOf(option), value]];
    }),
  );
}
