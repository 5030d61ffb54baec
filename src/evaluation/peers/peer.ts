/** Another program that makes conformers, to stand beside in one table. */
import type { ConformerSet } from '../conformer-sets.js';
import type { Reference } from '../score-molecule.js';

export interface PeerRequest {
  readonly references: readonly Reference[];
  /** Conformers to make of a reference molecule. */
  readonly count: (reference: Reference) => number;
  readonly seed: number;
  /** Called after each molecule with the number done. */
  readonly onMolecule?: ((done: number) => void) | undefined;
}

export interface PeerResult {
  readonly conformers: ReadonlyMap<string, readonly ConformerSet[]>;
  readonly made: number;
  /** Time spent making them, of all threads and by the clock; starting the program is left out where it can be. */
  readonly cpuSeconds: number;
  readonly seconds: number;
}

export interface Peer {
  readonly name: string;
  /** @throws PeerUnavailable where the program is not installed. */
  generate(request: PeerRequest): Promise<PeerResult>;
}

/** A peer that this machine does not have; the message says how to get it. */
export class PeerUnavailable extends Error {
  override readonly name = 'PeerUnavailable';
}
