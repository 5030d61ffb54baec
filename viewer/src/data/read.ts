/** Reads a file into the molecules that the viewer shows. */
import { bondsByDistance } from '../../../src/chem/bonds-by-distance.js';
import { isStructureFormat, readMolecules } from '../../../src/chem/io/read-molecules.js';
import type { StructureRecord } from '../../../src/chem/io/input-record.js';
import type { StructureFormat } from '../../../src/chem/io/read-structures.js';
import type { Structure, StructureBond } from '../../../src/chem/structure.js';
import { ownField } from './fields.js';
import { kindOf, OPENED } from './kind.js';
import { readListed, type Listed } from './listed.js';
import { FileProblem, type Conformer, type Entry, type Frame } from './trajectory.js';
import { numberOf, readXyz, stageOf } from './xyz.js';

/** More atoms than this are not drawn: every bond is built anew in every frame. */
export const MAX_ATOMS = 2000;
/** Coordinates of all frames together; 160 MB. */
const MAX_NUMBERS = 40e6;

/** Whether records without a flow time are conformers of a molecule or frames of one conformer's trajectory. */
export type RecordsAre = 'conformers' | 'frames';

export interface Opened {
  readonly entries: readonly Entry[];
  /** Molecules that are to be made. */
  readonly listed: readonly Listed[];
  /** Why parts of the file were left out. */
  readonly problems: readonly string[];
  /** What was taken of it. */
  readonly notes: readonly string[];
}

/**
 * Reads SDF, MOL, MOL2, CIF, PDB, XYZ or a list of SMILES, gzipped or not; of a PDB or mmCIF entry the ligands.
 * @throws FileProblem where nothing of it can be shown.
 */
export async function readFile(
  { name, blob }: { readonly name: string; readonly blob: Blob },
  { recordsAre }: { recordsAre?: RecordsAre | undefined } = {},
): Promise<Opened> {
  return readText({ name, text: await textOf({ name, blob }) }, { recordsAre });
}

/** The text of a file, plain or gzipped, by its first bytes. @throws FileProblem */
export async function textOf({ name, blob }: { readonly name: string; readonly blob: Blob }): Promise<string> {
  const bytes = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const stream = zipped ? blob.stream().pipeThrough(new DecompressionStream('gzip')) : blob.stream();
  try {
    return await new Response(stream).text();
  } catch {
    throw new FileProblem(`${name} cannot be read${zipped ? ': its gzip data is damaged' : ''}.`);
  }
}

export async function readText(
  { name, text }: { readonly name: string; readonly text: string },
  { recordsAre }: { recordsAre?: RecordsAre | undefined } = {},
): Promise<Opened> {
  if (text.trim() === '') throw new FileProblem(`${name} is empty.`);
  if (text.includes('\0')) throw new FileProblem(`${name} is a binary file. ${OPENED}.`);
  const kind = kindOf({ name, text });
  if (kind === 'xyz') return { entries: fromXyz(text, name, recordsAre), listed: [], problems: [], notes: [] };
  if (isStructureFormat(kind)) return fromStructures(text, { source: name, format: kind, recordsAre });
  const { listed, problems } = await readListed(text, { file: name, format: kind });
  if (listed.length === 0) throw new FileProblem(problems[0] ?? `${name} holds no SMILES.`);
  return { entries: [], listed, problems, notes: [] };
}

async function fromStructures(
  text: string,
  {
    source,
    format,
    recordsAre,
  }: { readonly source: string; readonly format: StructureFormat; readonly recordsAre: RecordsAre | undefined },
): Promise<Opened> {
  const problems: string[] = [];
  const records: StructureRecord[] = [];
  for await (const record of readMolecules([text], { file: source, format })) {
    if (record.kind === 'error') problems.push(record.error.message);
    if (record.kind !== 'structure') continue;
    const { structure, place } = record;
    if (structure.atoms.length > MAX_ATOMS) {
      problems.push(tooLarge(source, structure.atoms.length, `record ${place.index + 1}`));
    } else if (structure.coordinates === undefined) {
      problems.push(`${source}, record ${place.index + 1} has no coordinates.`);
    } else records.push(record);
  }
  if (records.length === 0) {
    throw new FileProblem(problems[0] ?? `${source} holds no molecule. ${OPENED}.`);
  }
  checkSize(source, records.length, records[0].structure.atoms.length);
  if (records.some(({ structure }) => structure.dimension === 2)) {
    problems.push(`${source} holds drawings in two dimensions: they are shown flat.`);
  }
  const entries = groups(records, source).map((group) => entryOf(group, source, recordsAre));
  const residues = [...new Set(records.flatMap(({ fields }) => fields.get('RESIDUES') ?? []))];
  const notes =
    residues.length > 0
      ? [
          `Of ${source} ${residues.slice(0, 6).join('; ')}${residues.length > 6 ? ' …' : ''} can be seen; chains, water and ions are left out.`,
        ]
      : [];
  return { entries, listed: [], problems, notes };
}

/** Groups of consecutive records of one molecule: the same atoms and bonds in the same order. */
function groups(records: readonly StructureRecord[], source: string): StructureRecord[][] {
  const found: StructureRecord[][] = [];
  for (const record of records) {
    const group = found[found.length - 1];
    if (group && sameGraph(group[0].structure, record.structure)) group.push(record);
    else {
      // Within a trajectory another number of atoms is an error, not a new molecule.
      const before = group?.[group.length - 1];
      const t = flowTime(record);
      const previous = before && flowTime(before);
      if (
        before &&
        previous !== undefined &&
        t !== undefined &&
        t > previous &&
        conformerOf(record) === conformerOf(before)
      ) {
        throw new FileProblem(
          `${source}, record ${record.place.index + 1} has ${record.structure.atoms.length} atoms where the frame before it has ` +
            `${before.structure.atoms.length}, or other bonds. All frames of a trajectory must hold the same atoms and bonds in the same order.`,
        );
      }
      found.push([record]);
    }
  }
  return found;
}

function sameGraph(one: Structure, other: Structure): boolean {
  return (
    seriesName(one.name) === seriesName(other.name) &&
    one.atoms.length === other.atoms.length &&
    one.bonds.length === other.bonds.length &&
    one.atoms.every((atom, i) => atom.element === other.atoms[i].element && atom.isotope === other.atoms[i].isotope) &&
    one.bonds.every(({ a, b, order }, i) => {
      const bond = other.bonds[i];
      return a === bond.a && b === bond.b && order === bond.order;
    })
  );
}

/** A name without the number at its end: programs that write conformers count them there (“x 0”, “x_conf2”, “x #3”). */
function seriesName(name: string): string {
  return name
    .trim()
    .replace(/[\s_.:#-]*(conf(ormer)?)?[\s_.:#-]*\d+$/i, '')
    .toLowerCase();
}

function nameOf(names: readonly string[]): string {
  const [first = ''] = names;
  return names.every((name) => name === first) ? first : first.slice(0, seriesName(first).length) || first;
}

function flowTime({ fields }: StructureRecord): number | undefined {
  const text = ownField(fields, 'FLOW_TIME');
  const t = text === undefined || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(t) ? t : undefined;
}

function conformerOf({ fields }: StructureRecord): string {
  return ownField(fields, 'CONFORMER')?.trim() ?? '1';
}

function entryOf(records: readonly StructureRecord[], source: string, recordsAre: RecordsAre | undefined): Entry {
  const timed = records.some((record) => flowTime(record) !== undefined);
  const ambiguous = !timed && records.length > 1 && !records[0].fields.has('RESIDUES');
  const asFrames = recordsAre === 'frames' && ambiguous;
  const byConformer = new Map<string, StructureRecord[]>();
  records.forEach((record, index) => {
    const key = timed ? conformerOf(record) : asFrames ? '1' : String(index + 1);
    const list = byConformer.get(key);
    if (list) list.push(record);
    else byConformer.set(key, [record]);
  });
  const conformers = [...byConformer].map(([label, own]): Conformer => ({
    label,
    fields: own[own.length - 1].fields,
    frames: own
      .map((record, index): Frame => ({
        t: timed ? clamp(flowTime(record) ?? 1) : own.length > 1 ? index / (own.length - 1) : 1,
        stage: stageOf(ownField(record.fields, 'STAGE')),
        coordinates: record.structure.coordinates as Float32Array,
        speed: numberOf(ownField(record.fields, 'SPEED')),
      }))
      .sort((one, other) => (one.stage === other.stage ? one.t - other.t : one.stage === 'skeleton' ? -1 : 1)),
  }));
  const name = nameOf(records.map(({ structure }) => structure.name.trim()));
  return finish({ structure: { ...records[0].structure, name }, conformers, ambiguous, source });
}

function fromXyz(text: string, source: string, recordsAre: RecordsAre | undefined): Entry[] {
  const frames = readXyz(text, source);
  const { elements, name } = frames[0];
  if (elements.length > MAX_ATOMS) throw new FileProblem(tooLarge(source, elements.length));
  checkSize(source, frames.length, elements.length);
  const timed = frames.some((frame) => frame.timed);
  // A trajectory begins with noise, so bonds by distance differ between its frames; those of conformers do not.
  const last = frames[frames.length - 1].coordinates;
  const bonds = bondsByDistance(elements, last);
  const asConformers =
    !timed &&
    (recordsAre ?? (frames.every((frame) => haveBonds(frame, bonds)) ? 'conformers' : 'frames')) === 'conformers';
  const byConformer = new Map<string, Frame[]>();
  frames.forEach((frame, index) => {
    const key = timed ? frame.conformer : asConformers ? String(index + 1) : '1';
    const t = timed ? clamp(frame.t) : asConformers || frames.length === 1 ? 1 : index / (frames.length - 1);
    const list = byConformer.get(key) ?? [];
    list.push({ t, stage: frame.stage, coordinates: frame.coordinates, speed: frame.speed });
    byConformer.set(key, list);
  });
  const conformers = [...byConformer].map(([label, own]): Conformer => ({ label, frames: own, fields: new Map() }));
  const structure: Structure = {
    name: nameOf(frames.map((frame) => frame.name)) || name,
    atoms: elements.map((element) => ({ element, charge: 0, isotope: 0 })),
    bonds,
    dimension: 3,
    ordersUnknown: true,
  };
  return [finish({ structure, conformers, ambiguous: !timed && frames.length > 1, source })];
}

function haveBonds(
  { elements, coordinates }: { elements: readonly number[]; coordinates: Float32Array },
  bonds: readonly StructureBond[],
): boolean {
  const names = (list: readonly StructureBond[]): string =>
    list
      .map(({ a, b }) => `${Math.min(a, b)}-${Math.max(a, b)}`)
      .sort()
      .join();
  return names(bondsByDistance(elements, coordinates)) === names(bonds);
}

function finish(entry: Entry): Entry {
  const first = entry.conformers[0];
  const { coordinates } = first.frames[first.frames.length - 1];
  return { ...entry, structure: { ...entry.structure, coordinates } };
}

function checkSize(source: string, frames: number, atoms: number): void {
  if (frames * atoms * 3 > MAX_NUMBERS) {
    throw new FileProblem(
      `${source} has ${frames} frames of ${atoms} atoms: too much for a browser page. Open a part of it.`,
    );
  }
}

function tooLarge(source: string, atoms: number, where = ''): string {
  return `${source}${where && `, ${where}`} has ${atoms.toLocaleString('en')} atoms; the viewer draws molecules of up to ${MAX_ATOMS.toLocaleString('en')} atoms.`;
}

function clamp(t: number): number {
  return Math.max(0, Math.min(1, t));
}
