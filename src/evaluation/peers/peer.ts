/** A peer: another program that generates conformers, for comparison. */
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
  /** Default 1; 0 for all cores. Programs with a single thread ignore it. */
  readonly threads?: number | undefined;
  /** Called after each molecule with the number done. */
  readonly onMolecule?: ((done: number) => void) | undefined;
}

export interface PeerResult {
  readonly conformers: ReadonlyMap<string, readonly ConformerSet[]>;
  readonly made: number;
  /** Peak resident memory in bytes, for programs in a process of their own that report it. */
  readonly peakMemory?: number | undefined;
  /** Processor time over all threads, and wall-clock time; without the program's start where that can be separated. */
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** The part of cpuSeconds spent on relaxation, where the program reports it. */
  readonly relaxSeconds?: number | undefined;
}

export interface Peer {
  readonly name: string;
  /** @throws PeerUnavailable where the program is not installed. */
  generate(request: PeerRequest): Promise<PeerResult>;
}

/** The peer is not installed; the message says how to install it. */
export class PeerUnavailable extends Error {
  override readonly name = 'PeerUnavailable';
}
