/** The list of well-known molecules in `molecules/molecules.json`, and the search in it by name. */

export interface NamedMolecule {
  /** Lower case, digits and hyphens: fit for a file name or an address. */
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  /** Isomeric SMILES. */
  readonly smiles: string;
  /** Hill formula; the charge at its end, where there is one. */
  readonly formula: string;
  /** Labels R, S of the specified tetrahedral centres in alphabetical order; `-` for one without label. */
  readonly cip: string;
  /** Labels E, Z of the specified double bonds in alphabetical order. */
  readonly ez: string;
  readonly tags: readonly string[];
}

/** A name that is not in the list; `suggestions` are names near it. */
export class UnknownMoleculeError extends Error {
  override readonly name = 'UnknownMoleculeError';
  readonly suggestions: readonly string[];

  constructor(message: string, suggestions: readonly string[]) {
    super(message);
    this.suggestions = suggestions;
  }
}

const MOST_SUGGESTIONS = 3;

/** The molecules of the text of `molecules/molecules.json`: read from disk in Node, fetched or bundled in a browser. */
export function parseNamedMolecules(json: string): readonly NamedMolecule[] {
  return (JSON.parse(json) as { molecules: NamedMolecule[] }).molecules;
}

/**
 * The molecule with this id, name or alias, whatever the case, blanks and hyphens.
 * @throws UnknownMoleculeError, which names near misses
 */
export function findMolecule(molecules: readonly NamedMolecule[], name: string): NamedMolecule {
  const wanted = normalise(name);
  const found = molecules.find((molecule) => namesOf(molecule).some((known) => normalise(known) === wanted));
  if (found !== undefined) return found;
  const suggestions = nearest(molecules, wanted);
  const hint =
    suggestions.length > 0
      ? `did you mean ${suggestions.join(', or ')}?`
      : `${molecules.length} molecules have names here.`;
  throw new UnknownMoleculeError(
    `no molecule is called "${name}"; ${hint} Any other is given by its SMILES.`,
    suggestions,
  );
}

function namesOf({ id, name, aliases }: NamedMolecule): readonly string[] {
  return [name, id, ...aliases];
}

function normalise(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '');
}

function nearest(molecules: readonly NamedMolecule[], wanted: string): string[] {
  if (wanted === '') return [];
  const tolerated = Math.max(1, Math.floor(wanted.length / 3));
  return molecules
    .flatMap((molecule) => {
      const scored = namesOf(molecule).map((known) => ({ known, distance: distanceTo(normalise(known), wanted) }));
      const best = scored.reduce((left, right) => (right.distance < left.distance ? right : left));
      return best.distance <= tolerated ? [best] : [];
    })
    .sort((left, right) => left.distance - right.distance)
    .slice(0, MOST_SUGGESTIONS)
    .map(({ known }) => known);
}

/** Edit distance; a name that the wanted text is a part of counts as one edit away. */
function distanceTo(known: string, wanted: string): number {
  if (wanted.length >= 4 && known.includes(wanted)) return 1;
  let row = Array.from({ length: wanted.length + 1 }, (_, j) => j);
  let previous = row;
  for (let i = 1; i <= known.length; i++) {
    const next = [i];
    for (let j = 1; j <= wanted.length; j++) {
      const substitution = row[j - 1] + (known[i - 1] === wanted[j - 1] ? 0 : 1);
      next[j] = Math.min(substitution, row[j] + 1, next[j - 1] + 1);
      const swapped = i > 1 && j > 1 && known[i - 1] === wanted[j - 2] && known[i - 2] === wanted[j - 1];
      if (swapped) next[j] = Math.min(next[j], previous[j - 2] + 1);
    }
    previous = row;
    row = next;
  }
  return row[wanted.length];
}
