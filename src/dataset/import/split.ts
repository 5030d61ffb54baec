/**
 * Which molecules of a data set a split keeps. GeoMol's splits give indices into the data set's sorted file names (its
 * `split0.npy`), its test sets give SMILES (`qm9_test_smiles.csv`, `drugs_test_smiles.csv`).
 */

export type Split =
  | { readonly kind: 'names'; readonly names: ReadonlySet<string> }
  | { readonly kind: 'indices'; readonly indices: ReadonlySet<number> };

/**
 * Reads a text file. Whole numbers, one a line, are indices from 0 in the sorted order of titles. Anything else is read
 * as titles or SMILES, in the first column of each line (a header `smiles` is left out).
 */
export function readSplit(text: string): Split {
  const cells = text
    .split(/\r?\n/)
    .map((line) =>
      line
        .split(',')[0]
        .trim()
        .replace(/^"(.*)"$/, '$1'),
    )
    .filter((cell) => cell !== '' && cell.toLowerCase() !== 'smiles');
  return cells.length > 0 && cells.every((cell) => /^\d+$/.test(cell))
    ? { kind: 'indices', indices: new Set(cells.map(Number)) }
    : { kind: 'names', names: new Set(cells) };
}

/**
 * A `.npy` file (version 1) of 32- or 64-bit integers.
 * @throws Error for another kind of array, GeoMol's pickled one included, with the command that makes it readable.
 */
export function readNpySplit(bytes: Uint8Array): Split {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header =
    bytes[0] === 0x93 ? new TextDecoder('latin1').decode(bytes.subarray(10, 10 + view.getUint16(8, true))) : '';
  const width = /'descr': '<i([48])'/.exec(header)?.[1];
  if (!width)
    throw new Error(
      `the split is ${header === '' ? 'no .npy file' : `an array of another type: ${header.trim()}`}; expected integers. Save one part of GeoMol's pickled split as text: python3 -c "import numpy; numpy.savetxt('test.txt', numpy.load('split0.npy', allow_pickle=True)[2], '%d')"`,
    );
  const start = 10 + view.getUint16(8, true);
  const indices = new Set<number>();
  for (let at = start; at + Number(width) <= bytes.length; at += Number(width))
    indices.add(width === '4' ? view.getInt32(at, true) : Number(view.getBigInt64(at, true)));
  return { kind: 'indices', indices };
}

/**
 * The titles that a split keeps.
 * @param titles all of the data set
 * @throws Error where an index lies outside of them: it is a split of another data set
 */
export function titlesOfSplit(split: Split, titles: readonly string[]): ReadonlySet<string> {
  if (split.kind === 'names') return split.names;
  // GEOM's files are named by SMILES, with an underscore for each slash.
  const fileName = (title: string): string => `${title.replaceAll('/', '_')}.pickle`;
  const beyond = [...split.indices].find((index) => !(index >= 0 && index < titles.length));
  if (beyond !== undefined)
    throw new Error(
      `the split has the index ${beyond}, and the input ${titles.length} molecules, 0 to ${titles.length - 1}: give the split of this data set, and all of its files`,
    );
  const sorted = [...titles].sort((a, b) => (fileName(a) < fileName(b) ? -1 : 1));
  return new Set(sorted.filter((_, i) => split.indices.has(i)));
}
