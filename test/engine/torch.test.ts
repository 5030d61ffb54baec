/** PyTorch as the engine of generation: the same conformers, by the library and by the command; what is wrong in words. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { openEngine } from '../../src/engine/open.node.js';
import type { Engine } from '../../src/engine/program.js';
import { generateConformers } from '../../src/generation/generate.js';
import { createGenerator } from '../../src/generation/generator.js';
import { loadModel } from '../../src/network/load-model.node.js';
import { pythonWith } from '../../src/python/programs.node.js';
import { MAIN } from '../hostile/command.js';

it.skipIf(!pythonWith('onnx', 'torch'))(
  'PyTorch makes the conformers that onnxruntime makes',
  async () => {
    const [rdkit, model] = await Promise.all([loadRDKit(), loadModel()]);
    const [onnx, torch] = await Promise.all([openEngine({ engine: 'onnx' }), openEngine({ engine: 'torch' })]);
    expect(torch.description).toMatch(/^PyTorch [\d.]+\S* on cpu, 1 thread$/);
    // Batches as large as those of a GPU, so that both ways of cutting them are seen to be the same.
    const wide: Engine = { ...torch, batchNumbers: 30_000_000 };
    // With tagged centres and the early exit; without centres, and with mode selection.
    for (const smiles of ['C[C@H](N)C(=O)N[C@@H](CO)c1ccccc1', 'OCCN']) {
      const molecule = parseSmiles(rdkit, smiles);
      const made = [];
      for (const engine of [onnx, wide]) {
        const generator = createGenerator({ rdkit, model, engine });
        made.push(await generateConformers(generator, molecule, { count: 2, plain: true }));
        await generator.dispose();
      }
      const [a, b] = made.map(({ conformers }) => conformers.map(({ coordinates }) => coordinates));
      expect(b).toHaveLength(a.length);
      a.forEach((x, k) => x.forEach((v, i) => expect(Math.abs(v - b[k][i])).toBeLessThan(1e-3)));
    }
    await expect(openEngine({ engine: 'torch', device: 'webgpu' })).rejects.toThrow(
      /no device 'webgpu'; expected cpu or cuda/,
    );
    const args = ['generate', '--smiles', 'CO', '-n', '1', '--fast', '--engine', 'torch'];
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args]);
    expect(stdout).toMatch(/^CO\n/);
  },
  120_000,
);
