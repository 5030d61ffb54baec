/** Where the conformers to be scored come from: a file, a model, or a peer. */
import path from 'node:path';
import { MoleculeError } from '../../chem/parse.js';
import type { RDKitModule } from '../../chem/rdkit.js';
import { openEngine } from '../../engine/open.node.js';
import type { ConformerSet } from '../../evaluation/conformer-sets.js';
import type { Evaluation } from '../../evaluation/evaluation.js';
import { openBabel } from '../../evaluation/peers/openbabel.node.js';
import { openChemLib } from '../../evaluation/peers/openchemlib.node.js';
import type { Peer, PeerResult } from '../../evaluation/peers/peer.js';
import { etkdg, etkdgMmff } from '../../evaluation/peers/rdkit.node.js';
import type { Reference } from '../../evaluation/score-molecule.js';
import { createGenerator } from '../../generation/generator.js';
import { generateConformers } from '../../generation/generate.js';
import { loadModel } from '../../network/load-model.node.js';
import type { Phase } from '../../network/phase-names.js';
import { readConformerFile } from './files.js';
import type { SamplerAlias, SamplerName } from '../../generation/choose-sampler.js';
import { noteSlowEngine } from '../slow-engine.js';

export const PEERS: readonly Peer[] = [etkdg, etkdgMmff, openChemLib, openBabel];

export interface SourceRequest {
  readonly references: readonly Reference[];
  /** Conformers to make of a reference molecule. */
  readonly count: (reference: Reference) => number;
  readonly seed: number;
  /** Called after each molecule with the number done. */
  readonly onMolecule: (done: number) => void;
}

export interface Source {
  readonly name: string;
  /** Whether it makes nothing, but reads what was made. */
  readonly isFile?: boolean;
  readonly variant?: Evaluation['variant'];
  produce(request: SourceRequest): Promise<Pick<PeerResult, 'conformers'> | PeerResult>;
}

export function fileSource(file: string, say: (line: string) => void): Source {
  return {
    name: path.basename(file),
    isFile: true,
    async produce({ references }) {
      const { conformers, unreadable } = await readConformerFile(file, {
        titles: new Set(references.map(({ title }) => title)),
      });
      unreadable.slice(0, 5).forEach((message) => say(`unreadable: ${message}`));
      return { conformers };
    },
  };
}

export function peerSource(peer: Peer): Source {
  return {
    name: peer.name,
    produce: ({ references, count, seed, onMolecule }) =>
      peer.generate({
        molecules: references.map((reference) => ({
          title: reference.title,
          smiles: reference.molecule.smiles,
          count: count(reference),
        })),
        seed,
        onMolecule,
      }),
  };
}

export interface ModelSourceOptions {
  readonly rdkit: RDKitModule;
  readonly say: (line: string) => void;
  readonly file: string;
  readonly steps?: number | undefined;
  readonly sampler?: SamplerName | SamplerAlias | undefined;
  readonly threads?: number | undefined;
  /** As users get them: checked, resampled and distinct; by default each draw counts as it is. */
  readonly asDelivered?: boolean | undefined;
  readonly phase?: Phase | undefined;
}

/** The name of a model in results. Every training run leaves a model.safetensors: the name of its folder stands for it. */
export function labelOf(file: string): string {
  const name = path.basename(file);
  return name === 'model.safetensors' ? path.basename(path.dirname(path.resolve(file))) : name;
}

export function modelSource({
  rdkit,
  say,
  file,
  steps,
  sampler,
  threads,
  asDelivered = false,
  phase,
}: ModelSourceOptions): Source {
  const family = [labelOf(file), sampler, phase && `in ${phase}`, asDelivered && 'as delivered']
    .filter(Boolean)
    .join(', ');
  return {
    name: steps === undefined ? family : `${family}, ${steps} steps`,
    variant: steps === undefined ? undefined : { family, steps },
    async produce({ references, count, seed, onMolecule }) {
      noteSlowEngine();
      const engine = await openEngine({ ...(threads !== undefined && { threads }) });
      const generator = createGenerator({ rdkit, model: await loadModel(file), engine, phase });
      const conformers = new Map<string, readonly ConformerSet[]>();
      let made = 0;
      const start = performance.now();
      const cpu = process.cpuUsage();
      try {
        for (const [index, reference] of references.entries()) {
          const { title, molecule } = reference;
          const result = await generateConformers(generator, molecule, {
            count: count(reference),
            seed,
            steps,
            sampler,
            plain: !asDelivered,
          }).catch((error: unknown) => {
            if (!(error instanceof MoleculeError)) throw error;
            say(`${title}: no conformers; ${error.message}`);
          });
          onMolecule(index + 1);
          if (!result) continue;
          made += result.conformers.length;
          const drawn = result.conformers.map(({ coordinates }) => coordinates);
          const structure = {
            name: title,
            atoms: molecule.atoms,
            bonds: molecule.bonds,
            coordinates: drawn[0],
            dimension: 3 as const,
          };
          if (drawn.length > 0) conformers.set(title, [{ title, structure, conformers: drawn, fields: new Map() }]);
        }
      } finally {
        await generator.dispose();
      }
      const used = process.cpuUsage(cpu);
      return {
        conformers,
        made,
        seconds: (performance.now() - start) / 1000,
        cpuSeconds: (used.user + used.system) / 1e6,
      };
    },
  };
}
