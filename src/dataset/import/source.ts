/** What readers of public data sets yield: molecules with their conformers, as the files hold them. */
import type { Structure } from '../../chem/structure.js';

export interface SourceConformer {
  /** [n,3] Å. */
  readonly coordinates: Float32Array;
  /** Data fields of the record to write. */
  readonly fields: readonly (readonly [string, string])[];
}

export interface SourceEnsemble {
  /** Title of the molecule, or its key in the data set. */
  readonly title: string;
  /** File and position, for messages. */
  readonly place: string;
  /** The graph: a structure with bonds, or a SMILES with the elements of the coordinates' rows. */
  readonly graph:
    | { readonly kind: 'structure'; readonly structure: Structure }
    | { readonly kind: 'smiles'; readonly smiles: string; readonly elements: readonly number[] };
  readonly conformers: readonly SourceConformer[];
}
