/**
 * Reads QM9's extended XYZ (Ramakrishnan, Dral, Rupp, von Lilienfeld, Sci. Data 1, 140022, 2014), one molecule or many
 * in a row: the number of atoms; `gdb` index and 15 properties; atoms as element, x, y, z (Å), Mulliken charge; the
 * frequencies; two SMILES (of GDB-17 and of the relaxed geometry); two InChI.
 */
import { atomicNumber } from '../../chem/elements.js';
import { lineBatches, type TextChunks } from '../../chem/io/lines.js';
import type { SourceEnsemble } from './source.js';

/** U0, the internal energy at 0 K in Hartree, is the 11th property after the tag `gdb` and the index. */
const U0 = 12;

export async function* readQm9Xyz(
  chunks: TextChunks,
  {
    file = 'QM9',
    onSkip = () => {},
  }: { file?: string | undefined; onSkip?: ((reason: string) => void) | undefined } = {},
): AsyncGenerator<SourceEnsemble> {
  let pending: string[] = [];
  let line = 1;
  for await (const { lines } of lineBatches(chunks))
    for (const text of lines) {
      if (pending.length === 0 && text.trim() === '') {
        line++;
        continue;
      }
      pending.push(text);
      const atoms = Number(pending[0]);
      if (!Number.isInteger(atoms) || atoms < 1)
        throw new Error(`${file}, line ${line}: '${pending[0]}' is no number of atoms; expected QM9's extended XYZ`);
      if (pending.length < atoms + 5) continue;
      try {
        yield readRecord(pending, atoms, `${file}, line ${line}`);
      } catch (error) {
        onSkip(error instanceof Error ? error.message : String(error));
      }
      line += pending.length;
      pending = [];
    }
  if (pending.length > 0)
    onSkip(`${file}, line ${line}: the record ends after ${pending.length} lines; expected ${Number(pending[0]) + 5}`);
}

function readRecord(lines: readonly string[], atoms: number, place: string): SourceEnsemble {
  const properties = lines[1].trim().split(/\s+/);
  const rows = lines.slice(2, 2 + atoms).map((text) => text.trim().split(/\s+/));
  const elements = rows.map(([symbol]) => atomicNumber(symbol) ?? 0);
  // Some exponents are written as Mathematica does: 5.4*^-6.
  const coordinates = Float32Array.from(
    rows.flatMap((row) => row.slice(1, 4).map((text) => Number(text.replace('*^', 'e')))),
  );
  if (elements.includes(0) || coordinates.length !== 3 * atoms || !coordinates.every(Number.isFinite))
    throw new Error(`${place}: its atoms cannot be read; expected an element and three coordinates a line`);
  const [, relaxed] = lines[3 + atoms].trim().split(/\s+/);
  if (!relaxed)
    throw new Error(`${place}: has no SMILES of its relaxed geometry; expected two in line ${4 + atoms} of the record`);
  const energy = properties[U0];
  return {
    title: `${properties[0]}_${properties[1]}`,
    place,
    graph: { kind: 'smiles', smiles: relaxed, elements },
    conformers: [
      { coordinates, fields: energy === undefined ? [] : [['B3LYP_U0_HARTREE', energy.replace('*^', 'e')]] },
    ],
  };
}
