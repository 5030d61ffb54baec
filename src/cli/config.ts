/** Flags from a configuration file and from a preset: the command line goes before the file, the file before the preset. */
import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import * as v from 'valibot';
import { EXIT } from './exit-codes.js';
import { PRESETS, type Preset } from './presets.js';

export interface ConfigFlags {
  readonly config?: string;
  readonly preset?: Preset;
}

type Value = string | number | boolean | readonly string[];

/** Adds --config and --preset, which take effect before the command's action. */
export function addConfigOptions(command: Command): Command {
  return command
    .optionsGroup('Presets:')
    .addOption(
      new Option('--preset <name>', 'flags for a purpose (molflow config print --preset NAME prints them)').choices(
        Object.keys(PRESETS),
      ),
    )
    .option('--config <file>', 'flags from a JSON file: {"num-confs": 50}; the command line goes before it')
    .hook('preAction', apply);
}

/** The name that an option has in a configuration: its long flag. */
export function keyOf({ long, flags }: Option): string {
  if (long === undefined) throw new Error(`the option ${flags} has no long flag, by which a configuration names it`);
  return long.slice(2);
}

function apply(command: Command): void {
  const refuse = (message: string): never => command.error(`error: ${message}`, { exitCode: EXIT.usage });
  const options = new Map(command.options.map((option) => [keyOf(option), option]));
  const optionOf = (key: string): Option =>
    options.get(key) ?? refuse(`there is no option --${key}; molflow ${command.name()} --help lists them`);
  const isFree = (option: Option) =>
    [undefined, 'default'].includes(command.getOptionValueSource(option.attributeName()));
  const conflicting = (option: Option) => {
    const { conflictsWith } = option as Option & { readonly conflictsWith: readonly string[] };
    return command.options.find(
      (other) =>
        !isFree(other) &&
        command.getOptionValue(other.attributeName()) !== false &&
        other !== option &&
        (conflictsWith.includes(other.attributeName()) ||
          (other as Option & { readonly conflictsWith: readonly string[] }).conflictsWith.includes(
            option.attributeName(),
          )),
    );
  };
  const set = (key: string, value: Value, from: string) => {
    const option = optionOf(key);
    const name = option.attributeName();
    try {
      const parsed =
        typeof value === 'boolean'
          ? value !== option.negate
          : (option.variadic || Array.isArray(value) ? [value].flat() : [value]).reduce<unknown>(
              (before, one) => (option.parseArg ? option.parseArg(String(one), before) : String(one)),
              undefined,
            );
      command.setOptionValueWithSource(name, parsed, 'config');
    } catch (error) {
      refuse(`${from}: ${key}: ${(error as Error).message}`);
    }
  };

  const { config } = command.opts<ConfigFlags>();
  if (config !== undefined) {
    const given = readConfig(config, [...options.values()], refuse);
    for (const [key, value] of Object.entries(given)) {
      const option = optionOf(key);
      if (!isFree(option)) continue;
      const other = value === false ? undefined : conflicting(option);
      if (other) refuse(`${config}: ${key} cannot be used with ${keyOf(other)}`);
      set(key, value, config);
    }
  }
  // The file may name it.
  const { preset } = command.opts<ConfigFlags>();
  for (const [key, value] of Object.entries<Value>(preset === undefined ? {} : PRESETS[preset])) {
    const option = optionOf(key);
    // What is asked for by name goes before what a purpose proposes.
    if (isFree(option) && !conflicting(option)) set(key, value, `--preset ${preset}`);
  }
}

function readConfig(
  file: string,
  options: readonly Option[],
  refuse: (message: string) => never,
): Readonly<Record<string, Value>> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return refuse(`${file} is no configuration: ${(error as Error).message}`);
  }
  const known = options.map(keyOf).filter((key) => key !== 'config');
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return refuse(`${file} is no configuration: expected an object, {"num-confs": 50}`);
  const unknown = Object.keys(json).filter((key) => !known.includes(key));
  const text = v.union([v.string(), v.number()], 'expected text or a number');
  const schema = v.strictObject(
    Object.fromEntries(
      options
        .filter((option) => keyOf(option) !== 'config')
        .map((option) => [
          keyOf(option),
          v.optional(
            option.isBoolean() || option.negate
              ? v.boolean('expected true or false')
              : option.optional
                ? v.union([v.boolean(), text], 'expected true, false, text or a number')
                : v.union([text, v.array(v.string())], 'expected text or a number'),
          ),
        ]),
    ),
  );
  const result = v.safeParse(schema, json);
  if (result.success) return result.output as Readonly<Record<string, Value>>;
  const problems = [
    ...unknown.map((key) => `${key}: there is no such flag`),
    ...result.issues
      .filter(({ type, path }) => type !== 'strict_object' || path === undefined)
      .map((issue) => `${v.getDotPath(issue) ?? '(top)'}: ${issue.message}`),
  ];
  return refuse(`${file} is no configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
}
