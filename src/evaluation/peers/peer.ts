/** Another program that makes conformers, to stand beside in one table. */
import type { ConformerSet } from '../conformer-sets.js';

export interface PeerMolecule {
  readonly title: string;
  /** Isomeric. */
  readonly smiles: string;
  /** Conformers to make. */
  readonly count: number;
}

export interface PeerRequest {
  readonly molecules: readonly PeerMolecule[];
  readonly seed: number;
  /** One by default; 0 for all cores. Programs that know one thread alone leave it aside. */
  readonly threads?: number | undefined;
  /** Called after each molecule with the number done. */
  readonly onMolecule?: ((done: number) => void) | undefined;
}

export interface PeerResult {
  readonly conformers: ReadonlyMap<string, readonly ConformerSet[]>;
  readonly made: number;
  /** Largest resident memory of the program in bytes, where it runs in a process of its own and tells. */
  readonly peakMemory?: number | undefined;
  /** Time spent making them, of all threads and by the clock; starting the program is left out where it can be. */
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** Of cpuSeconds what relaxing them took, where the program tells. */
  readonly relaxSeconds?: number | undefined;
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
