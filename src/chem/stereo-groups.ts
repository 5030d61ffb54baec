/** What is said of groups of relative stereo, of which one form alone is made. */
import type { StereoGroup } from './molecule.js';

/** @param numbers of the group's atoms in the input, from 1. */
export function groupNote(kind: StereoGroup['kind'], numbers: readonly number[]): string {
  const named = `${numbers.length === 1 ? 'atom' : 'atoms'} ${numbers.join(', ')}`;
  return kind === 'and'
    ? `The hand of ${named} is said to be a mixture of both (AND group): the form written alone is made, its opposite not; ask for all stereoisomers to get both.`
    : `The hand of ${named} is said to be this or the opposite (OR group): the form written alone is made; ask for all stereoisomers to get both.`;
}
