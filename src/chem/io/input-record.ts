/** One record of a file of molecules, whatever its format: a SMILES, a structure, or what is wrong with it. */

import type { Structure } from '../structure.js';
import type { RecordError, RecordPlace } from './record-error.js';

/** A record as the file had it, for the list of those that failed. */
export type RecordSource =
  | { readonly kind: 'smi'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly text: string;
      readonly header: string;
      readonly separator: string;
      /** Cells of the header, and of the row; none where the row could not be cut into cells. */
      readonly columns: number;
      readonly cells: number;
      /** Column of the SMILES. */
      readonly smilesAt: number;
    }
  | { readonly kind: 'sdf'; readonly text: string };

interface ReadRecord {
  /** Undefined where the file gives none. */
  readonly name: string | undefined;
  /** Data fields of an SDF, the other columns of a table. */
  readonly fields: ReadonlyMap<string, string>;
  readonly place: RecordPlace;
  readonly source: RecordSource;
}

export interface SmilesRecord extends ReadRecord {
  readonly kind: 'smiles';
  /** As the file has it: not yet parsed. */
  readonly smiles: string;
}

export interface StructureRecord extends ReadRecord {
  readonly kind: 'structure';
  readonly structure: Structure;
}

export interface BadRecord {
  readonly kind: 'error';
  readonly error: RecordError;
  /** Undefined where it was too large to be kept. */
  readonly source?: RecordSource | undefined;
}

export type InputRecord = SmilesRecord | StructureRecord | BadRecord;
