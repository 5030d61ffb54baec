/** The error of a molecule that cannot be used, and how its messages name what arrived. */
import { elementSymbol } from './elements.js';

export type MoleculeErrorCode = 'invalid' | 'empty' | 'fragments' | 'element' | 'too-large' | 'stereo';

/** A molecule that cannot be used, and why. The message says what arrived, what was expected and what to do. */
export class MoleculeError extends Error {
  readonly code: MoleculeErrorCode;
  constructor(code: MoleculeErrorCode, message: string) {
    super(message);
    this.name = 'MoleculeError';
    this.code = code;
  }
}

export function severalFragments(label: string, count: number): MoleculeError {
  return new MoleculeError(
    'fragments',
    `${label} holds ${count} separate fragments; expected one molecule. Remove the counter-ions, or ask for the largest fragment.`,
  );
}

export function noElement(label: string, atom: number): MoleculeError {
  return new MoleculeError(
    'element',
    `${label}: atom ${atom + 1} is "${elementSymbol(0)}", a dummy or query atom; expected an element. Put a real atom in its place.`,
  );
}

/** The first 80 characters of a text that arrived. */
export function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
