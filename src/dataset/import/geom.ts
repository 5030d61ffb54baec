/**
 * Reads GEOM's `qm9_crude.msgpack` and `drugs_crude.msgpack` (Axelrod and Gómez-Bombarelli, Sci. Data 9, 185, 2022):
 * maps of SMILES to `{conformers: [{xyz: [[Z, x, y, z], …], totalenergy, relativeenergy, boltzmannweight, …}], …}`,
 * coordinates in Å, `totalenergy` in Hartree, `relativeenergy` in kcal/mol.
 */
import { mapEntries } from './messagepack.js';
import type { SourceConformer, SourceEnsemble } from './source.js';

/**
 * @param options.onSkip called with the reason for each entry that has not this form.
 */
export async function* readGeom(
  chunks: AsyncIterable<Uint8Array>,
  {
    file = 'GEOM',
    onSkip = () => {},
  }: { file?: string | undefined; onSkip?: ((reason: string) => void) | undefined } = {},
): AsyncGenerator<SourceEnsemble> {
  let index = 0;
  for await (const [key, value] of mapEntries(chunks)) {
    index++;
    const smiles = String(key);
    const place = `${file}, molecule ${index} (${smiles})`;
    const conformers: unknown = value instanceof Map ? value.get('conformers') : undefined;
    if (!Array.isArray(conformers) || conformers.length === 0) {
      onSkip(`${place}: has no list of conformers`);
      continue;
    }
    const read = conformers.map(readConformer);
    const elements = read[0]?.elements;
    const same = read.flatMap((conformer) =>
      conformer && conformer.elements.join() === elements?.join() ? [conformer] : [],
    );
    if (!elements || same.length < read.length)
      onSkip(
        `${place}: ${read.length - same.length} conformers have no list 'xyz' of [Z, x, y, z], or other atoms than the first`,
      );
    if (!elements) continue;
    yield {
      title: smiles,
      place,
      graph: { kind: 'smiles', smiles, elements },
      conformers: same.map(({ conformer }) => conformer),
    };
  }
}

const FIELDS = [
  ['totalenergy', 'GFN2_ENERGY_HARTREE', 8],
  ['relativeenergy', 'RELATIVE_ENERGY_KCAL_MOL', 4],
  ['boltzmannweight', 'BOLTZMANN_WEIGHT_298K', 6],
] as const;

function readConformer(value: unknown): { elements: number[]; conformer: SourceConformer } | undefined {
  const xyz: unknown = value instanceof Map ? value.get('xyz') : undefined;
  const isRow = (row: unknown): row is number[] =>
    Array.isArray(row) && row.length === 4 && row.every((x) => typeof x === 'number');
  if (!(value instanceof Map) || !Array.isArray(xyz) || !xyz.every(isRow)) return undefined;
  return {
    elements: xyz.map(([z]) => z),
    conformer: {
      coordinates: Float32Array.from(xyz.flatMap(([, ...position]) => position)),
      fields: FIELDS.flatMap(([key, name, digits]) => {
        const number: unknown = value.get(key);
        return typeof number === 'number' ? [[name, number.toFixed(digits)] as const] : [];
      }),
    },
  };
}
