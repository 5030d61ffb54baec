/** A structure as a file holds it: atoms, bonds and coordinates before any chemistry is perceived. */

import type { StereoGroup } from './molecule.js';

export interface StructureAtom {
  /** Atomic number; 0 for a dummy or query atom. */
  readonly element: number;
  readonly charge: number;
  /** Mass number, 0 for the natural mixture (so `D` is element 1, isotope 2). */
  readonly isotope: number;
  /** Unpaired electrons (M  RAD 2 is one; 1 and 3 are two). */
  readonly radicals?: number | undefined;
  /** All its bonds and hydrogens, where the file fixes it: then no others are added. */
  readonly valence?: number | undefined;
  /** MDL's parity, of an atom of a file without coordinates, which has no other sign of its hand: 1 clockwise, 2 counterclockwise. */
  readonly parity?: 1 | 2 | undefined;
  /** Atom map number. */
  readonly map?: number | undefined;
}

export interface StructureBond {
  readonly a: number;
  readonly b: number;
  /** 1, 2, 3; 4 for an aromatic bond; 0 for a dative, zero-order or unknown one. */
  readonly order: 0 | 1 | 2 | 3 | 4;
}

export interface Structure {
  readonly name: string;
  readonly atoms: readonly StructureAtom[];
  readonly bonds: readonly StructureBond[];
  /** [n,3] row-major, Å; undefined where the file has none. */
  readonly coordinates?: Float32Array | undefined;
  /** Wedges of a drawing: the narrow end first; wavy bonds are left out. */
  readonly wedges?: readonly { readonly a: number; readonly b: number; readonly up: boolean }[] | undefined;
  /** Groups of relative stereo (MDLV30/STERAC and STEREL). */
  readonly stereoGroups?: readonly StereoGroup[] | undefined;
  /** Whether the file does not say the orders of bonds: then those here are single ones, and no molecule can be made of it. */
  readonly ordersUnknown?: boolean | undefined;
  /** What of the file was read otherwise than it may be meant. */
  readonly notes?: readonly string[] | undefined;
  /** 3 where the coordinates are a conformer, 2 where they are a drawing (or absent). */
  readonly dimension: 2 | 3;
  /**
   * Text of the MDL block up to and including `M  END`. Needed for the stereo of a drawing, which stands in
   * its wedges; not read for a 3D structure, whose stereo comes from the coordinates.
   */
  readonly molblock?: string | undefined;
}
