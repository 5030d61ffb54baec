/** Messages between the page and its analysis worker. */
import type { Structure } from '../../../src/chem/structure.js';
import type { Linkage } from './linkage.js';

export interface StereoMarks {
  readonly centres: readonly { readonly atom: number; readonly cip: string }[];
  readonly bonds: readonly { readonly a: number; readonly b: number; readonly cip: string }[];
  /** Isomeric SMILES read from the coordinates: equal for conformers of one stereoisomer. */
  readonly smiles: string;
  /** Whether the specified stereo is there; undefined where none is specified. */
  readonly asWanted: boolean | undefined;
}

export interface Analyses {
  /** Stereo of a structure from its coordinates, compared with a SMILES that specifies it. */
  stereo: {
    readonly request: { readonly structure: Structure; readonly wanted?: string | undefined };
    readonly answer: StereoMarks;
  };
  /** Formula and SMILES of a structure's atoms and bonds, whatever its coordinates. */
  identity: {
    readonly request: { readonly structure: Structure };
    readonly answer: {
      readonly smiles: string;
      readonly atoms: readonly { readonly element: number; readonly charge: number }[];
    };
  };
  /** A drawing in two dimensions, as SVG without ground, and where in it the atoms of the structure are. */
  depiction: {
    readonly request: {
      readonly smiles: string;
      readonly structure: Structure;
      /** Shares of red, green and blue by atomic number; by default RDKit's own colours, for a light ground. */
      readonly palette?: Readonly<Record<number, readonly number[]>> | undefined;
    };
    readonly answer: Depiction;
  };
  /** The heavy atoms of a structure that a SMARTS matches first. */
  smarts: {
    readonly request: { readonly structure: Structure; readonly smarts: string };
    readonly answer: readonly number[];
  };
  /** A drawing in two dimensions, as molfile (V3000) with wedges. */
  molfile: {
    readonly request: { readonly smiles: string };
    readonly answer: string;
  };
  /** MMFF94 energies in kcal/mol of many geometries; null where there is none (atoms on top of each other). */
  energies: {
    readonly request: { readonly structure: Structure; readonly coordinates: readonly Float32Array[] };
    readonly answer: readonly (number | null)[];
  };
  /**
   * All isomorphisms of the heavy atoms of two structures, as rows: `permutation[i]` is the atom of the reference that
   * heavy atom i of the structure corresponds to.
   */
  mappings: {
    readonly request: { readonly structure: Structure; readonly reference: Structure };
    readonly answer: readonly (readonly number[])[];
  };
  /** As many rows of the RMSD matrix as take a twentieth of a second (see `matrixRows`). */
  distances: {
    readonly request: {
      readonly conformers: readonly Float32Array[];
      readonly permutations: readonly (readonly number[])[];
      readonly first: number;
    };
    readonly answer: readonly Float32Array[];
  };
  /** Complete linkage of n conformers with `distances` [n,n]. */
  linkage: {
    readonly request: { readonly distances: Float32Array; readonly n: number };
    readonly answer: Linkage;
  };
  /** Radii of gyration in Å. */
  gyration: {
    readonly request: { readonly masses: readonly number[]; readonly coordinates: readonly Float32Array[] };
    readonly answer: readonly number[];
  };
  /** The torsions of each rotatable bond (see `bondTorsions`), in degrees by conformer. */
  torsions: {
    readonly request: { readonly structure: Structure; readonly coordinates: readonly Float32Array[] };
    readonly answer: readonly Torsion[];
  };
}

export interface Depiction {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** In the units of the drawing. */
  readonly atoms: readonly { readonly atom: number; readonly x: number; readonly y: number }[];
}

export interface Torsion {
  readonly atoms: readonly number[];
  /** Of each conformer: that of `atoms`, then those that symmetry makes alike. */
  readonly degrees: readonly (readonly number[])[];
}

export type Request = {
  [K in keyof Analyses]: { readonly id: number; readonly kind: K } & Analyses[K]['request'];
}[keyof Analyses];

export interface Start {
  /** Address of RDKit's WebAssembly, or its content. */
  readonly rdkitWasm: string | Blob;
  /** Of the static build (see `unpacked`). */
  readonly version: string | undefined;
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}
