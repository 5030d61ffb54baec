/** The flags that say with which model and engine a command computes. */
import { Option, type Command } from 'commander';
import { DEVICES, ENGINES, type Device, type EngineChoice } from '../engine/names.js';
import { PHASES, type Phase } from '../network/phase-names.js';
import { wholeFrom } from './arguments.js';

export interface GeneratorFlags {
  readonly model?: string;
  readonly phase?: Phase;
  readonly engine: EngineChoice;
  readonly device: Device;
  readonly threads: number;
}

export function addGeneratorOptions(command: Command): Command {
  return command
    .optionsGroup('Model and engine:')
    .option('--model <name or file>', 'a shipped model or a .safetensors file')
    .addOption(phaseOption())
    .addOption(new Option('--engine <engine>', 'engine that runs the network').choices([...ENGINES]).default('auto'))
    .addOption(new Option('--device <name>', 'device of the onnx engine').choices([...DEVICES]).default('cpu'))
    .option(
      '--threads <n>',
      'threads of the onnx engine for one molecule; of many molecules, --jobs makes more',
      wholeFrom(1),
      1,
    );
}

export const phaseOption = (): Option =>
  new Option('--phase <phase>', 'conformers as they are in the gas phase or in water (default: gas)').choices([
    ...PHASES,
  ]);
