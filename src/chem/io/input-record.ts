/** One record of a file of molecules, whatever its format: a SMILES, a structure, or what is wrong with it. */

import type { Structure } from '../structure.js';
import type { RecordError, RecordPlace } from './record-error.js';

interface ReadRecord {
  /** Undefined where the file gives none. */
  readonly name: string | undefined;
  /** Data fields of an SDF, the other columns of a table. */
  readonly fields: ReadonlyMap<string, string>;
  readonly place: RecordPlace;
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
}

export type InputRecord = SmilesRecord | StructureRecord | BadRecord;
