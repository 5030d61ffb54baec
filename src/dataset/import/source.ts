/** What the readers of public data sets give: molecules with their conformers as the files hold them. */
import type { Structure } from '../../chem/structure.js';

export interface SourceConformer {
  /** [n,3] Å. */
  readonly coordinates: Float32Array;
  /** Data fields for the record that is written. */
  readonly fields: readonly (readonly [string, string])[];
}

export interface SourceEnsemble {
  /** What names the molecule: its title, or the key of the data set. */
  readonly title: string;
  /** Where it stands, for messages. */
  readonly place: string;
  /** The graph: a structure with bonds, or a SMILES with the elements of the coordinates' rows. */
  readonly graph:
    | { readonly kind: 'structure'; readonly structure: Structure }
    | { readonly kind: 'smiles'; readonly smiles: string; readonly elements: readonly number[] };
  readonly conformers: readonly SourceConformer[];
}
