/** molflow doctor: which engines load on this machine, how fast each is, and why others do not load. */
import { Command, Option } from 'commander';
import { printableJson } from '../files/printable.js';
import { EXIT } from './exit-codes.js';
import { print } from './print.js';
import { DEVICES, ENGINES, type Device } from '../engine/names.js';
import { openEngine } from '../engine/open.node.js';
import { loadModel, shippedModels } from '../network/load-model.node.js';
import { measureEngine } from '../generation/measure-engine.js';
import { loadRDKit } from '../chem/rdkit.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('which engines load on this machine, their versions and a measured speed of each')
    .option('--model <name or file>', 'the model to measure with')
    .addOption(
      new Option('--device <name...>', 'devices of the onnx engine to try')
        .choices([...DEVICES])
        .default(['cpu', 'webgpu']),
    )
    .option('--json', 'as JSON')
    .action(run);
}

async function run(flags: { model?: string; device: Device[]; json?: boolean }): Promise<void> {
  const rdkit = await loadRDKit();
  const model = await loadModel(flags.model);
  const rows: ({ engine: string; detail: string } & ({ loads: true; msPerConformer: number } | { loads: false }))[] =
    [];
  for (const engine of ENGINES.filter((name) => name !== 'auto'))
    for (const device of engine === 'onnx' ? flags.device : [undefined])
      try {
        const opened = await openEngine({ engine, ...(device && { device }) });
        const msPerConformer = await measureEngine({ rdkit, model, engine: opened });
        rows.push({ engine, loads: true, detail: opened.description, msPerConformer });
      } catch (error) {
        rows.push({
          engine,
          loads: false,
          detail: `${device ? `${device}: ` : ''}${(error as Error).message.split('\n')[0]}`,
        });
      }
  const facts = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    rdkit: rdkit.version(),
    models: await shippedModels(),
    model: model.name,
    engines: rows,
  };
  if (flags.json) print(`${printableJson(facts, 2)}\n`);
  else
    print(
      [
        `node ${facts.node} on ${facts.platform}, RDKit ${facts.rdkit}`,
        `models: ${facts.models.join(', ') || 'none shipped'}; measured with ${facts.model}, 8 conformers of aspirin in as many steps as it takes by default`,
        ...rows.map(
          (row) =>
            `${row.loads ? 'yes' : 'no '}  ${row.engine.padEnd(9)}  ${row.loads ? `${row.msPerConformer.toFixed(1).padStart(7)} ms a conformer  ` : ''}${row.detail}`,
        ),
        '',
      ].join('\n'),
    );
  if (!rows.some((row) => row.loads)) process.exitCode = EXIT.failure;
}
