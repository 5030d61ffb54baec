/** The way of a conformer from noise to molecule: collected while it is made, or drawn again by its key. */
import type { Molecule } from '../chem/molecule.js';
import type { ConformerRecord } from '../chem/io/conformer-record.js';
import { drawName, type DrawKey } from '../flow/sampler.js';
import type { SamplerSettings } from '../flow/sampler-settings.js';
import { defaultSampler } from './choose-sampler.js';
import { drawConformers } from './draw.js';
import type { GenerationEvent } from './events.js';
import type { DrawFrame } from './frames.js';
import type { Generator } from './generator.js';
import { prepareMolecule } from './prepare.js';

export interface TrajectoryFrame extends Pick<DrawFrame, 'stage' | 'time'> {
  /** [atoms, 3] Å; in the skeleton's stage hydrogens lie on their parents. */
  readonly coordinates: Float32Array;
  /** Root mean square of |v| over the atoms that move in this stage, Å per unit of flow time; none at time 1. */
  readonly speed?: number | undefined;
}

export interface Trajectory {
  readonly molecule: Molecule;
  readonly draw: DrawKey;
  /** Of both stages, the last of them the conformer itself, as drawn. */
  readonly frames: readonly TrajectoryFrame[];
}

export interface TrajectoryCollector {
  /** Takes the events of one molecule, made with `frames`. */
  observe(event: GenerationEvent): void;
  /** Of a draw that was not refused; of which stereoisomer, where there are several, from 1. */
  of(draw: DrawKey, isomer?: number): Trajectory | undefined;
}

/** Collects the trajectories of conformers while they are generated. */
export function collectTrajectories(): TrajectoryCollector {
  /** Of each stereoisomer. */
  const isomers: { readonly molecule: Molecule; readonly frames: Map<string, TrajectoryFrame[]> }[] = [];
  return {
    observe(event) {
      if (event.kind === 'prepared') isomers.push({ molecule: event.molecule, frames: new Map() });
      const frames = isomers.at(-1)?.frames;
      if (event.kind === 'frame')
        event.draws.forEach((draw, b) => {
          const own = frames?.get(drawName(draw)) ?? [];
          if (own.length === 0) frames?.set(drawName(draw), own);
          own.push(frameOf(event, b));
        });
      if (event.kind === 'refused') frames?.delete(drawName(event.draw));
    },
    of(draw, isomer = 1) {
      const made = isomers.at(isomer - 1);
      const own = made?.frames.get(drawName(draw));
      return made && own && { molecule: made.molecule, draw, frames: own };
    },
  };
}

/** The frame of one of the conformers of a batch. */
function frameOf({ stage, time, coordinates, speeds }: Omit<DrawFrame, 'rows'>, b: number): TrajectoryFrame {
  return { stage, time, coordinates: coordinates[b], ...(speeds && { speed: speeds[b] }) };
}

export interface TrajectoryOptions {
  readonly generator: Generator;
  readonly molecule: Molecule;
  readonly seed: number;
  readonly draw: DrawKey;
  readonly settings?: SamplerSettings | undefined;
  readonly hydrogenSteps?: number | undefined;
  /** Called with each frame as it is made. */
  readonly onFrame?: ((frame: TrajectoryFrame) => void) | undefined;
}

/** The conformer of a key, drawn again with all of its frames. */
export async function recordTrajectory({
  generator,
  molecule,
  seed,
  draw,
  settings = defaultSampler(molecule, generator.skeleton.stage),
  hydrogenSteps,
  onFrame = () => {},
}: TrajectoryOptions): Promise<Trajectory> {
  const frames: TrajectoryFrame[] = [];
  await drawConformers({
    generator,
    prepared: prepareMolecule(generator, molecule),
    seed,
    draws: [draw],
    settings,
    hydrogenSteps,
    onFrame(frame) {
      const own = frameOf(frame, 0);
      frames.push(own);
      onFrame(own);
    },
  });
  return { molecule, draw, frames };
}

/** A trajectory as file records, one a frame, as the viewer reads them. */
export function trajectoryRecords({ molecule, frames }: Trajectory, conformer: number): ConformerRecord[] {
  return frames.map(({ stage, time, coordinates, speed }) => ({
    molecule,
    coordinates,
    fields: [
      ['MOLFLOW_SMILES', molecule.smiles],
      ['MOLFLOW_CONFORMER', conformer],
      ['MOLFLOW_STAGE', stage],
      ['MOLFLOW_FLOW_TIME', time.toFixed(4)],
      ...(speed === undefined ? [] : [['MOLFLOW_SPEED', speed.toFixed(4)] as const]),
    ],
  }));
}
