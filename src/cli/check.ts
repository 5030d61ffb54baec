/** molflow check: measures that a model is equivariant. */
import { Command, Option } from 'commander';
import { ENGINES, type EngineChoice } from '../engine/names.js';
import { measureEquivariance, PROBES, SEEN, TOLERANCE } from '../network/equivariance.js';
import { openGenerator } from '../generation/open-generator.node.js';
import { printableJson } from '../files/printable.js';
import { EXIT } from './exit-codes.js';
import { print } from './print.js';

export function checkCommand(): Command {
  return new Command('check')
    .description('measure that a model is equivariant; exit code 1 where it is not')
    .option('--equivariance', 'rotation, translation, permutation and reflection of both stages (the default)')
    .option('--model <name or file>', 'a shipped model or a .safetensors file')
    .addOption(new Option('--engine <engine>', 'engine that runs the network').choices([...ENGINES]).default('auto'))
    .option('--json', 'as JSON lines')
    .action(run);
}

async function run(flags: { model?: string; engine: EngineChoice; json?: boolean }): Promise<void> {
  const generator = await openGenerator({ engine: flags.engine, ...(flags.model && { model: flags.model }) });
  let broken = 0;
  try {
    if (!flags.json)
      print(
        `${generator.modelName}, ${generator.engine.description}\nrelative errors, at most ${TOLERANCE}; a reflection must differ where a centre is tagged\n`,
      );
    for (const stage of ['skeleton', 'hydrogens'] as const)
      for (const smiles of PROBES) {
        const errors = await measureEquivariance({
          rdkit: generator.rdkit,
          predictor: generator[stage],
          stage,
          smiles,
        });
        const { rotation, translation, permutation, reflection, tagged } = errors;
        const kept =
          [rotation, translation, permutation].every((e) => e <= TOLERANCE) &&
          (tagged ? reflection > SEEN : reflection <= TOLERANCE);
        if (!kept) broken++;
        print(
          flags.json
            ? `${printableJson({ ...errors, kept })}\n`
            : `${kept ? 'ok  ' : 'FAIL'}  ${stage.padEnd(9)}  rotation ${rotation.toExponential(1)}  translation ${translation.toExponential(1)}  permutation ${permutation.toExponential(1)}  reflection ${reflection.toExponential(1)}${tagged ? ' (tagged)' : ''}  ${smiles}\n`,
        );
      }
  } finally {
    await generator.dispose();
  }
  if (broken > 0) process.exitCode = EXIT.failure;
}
