/** XYZ files of one or more frames. They hold no bonds: these are assigned by distance. */
import { atomicNumber } from '../../../src/chem/elements.js';
import type { StructureBond } from '../../../src/chem/structure.js';
import { FileProblem, type Frame, type Stage } from './trajectory.js';

export interface XyzFrame extends Frame {
  readonly elements: readonly number[];
  /** True where the comment line gave the flow time. */
  readonly timed: boolean;
  readonly conformer: string;
  readonly name: string;
}

/** Covalent radii in Å, Cordero et al., Dalton Trans. 2008, 2832; elements not listed count as 1.5. */
const RADII: Readonly<Record<number, number>> = {
  1: 0.31,
  3: 1.28,
  5: 0.84,
  6: 0.76,
  7: 0.71,
  8: 0.66,
  9: 0.57,
  11: 1.66,
  12: 1.41,
  13: 1.21,
  14: 1.11,
  15: 1.07,
  16: 1.05,
  17: 1.02,
  19: 2.03,
  20: 1.76,
  30: 1.22,
  32: 1.2,
  33: 1.19,
  34: 1.2,
  35: 1.2,
  50: 1.39,
  52: 1.38,
  53: 1.39,
};

/**
 * Reads every frame. The comment line may have `name=`, `MOLFLOW_FLOW_TIME=`, `MOLFLOW_STAGE=`, `MOLFLOW_CONFORMER=` and
 * `MOLFLOW_SPEED=` in any case, as molflow writes them, or, as it did before, a title first and no prefix; all else is ignored.
 * @throws FileProblem with the line where the file is no XYZ, or where the atoms differ between frames.
 */
export function readXyz(text: string, source: string): XyzFrame[] {
  const lines = text.split(/\r\n|\r|\n/);
  const frames: XyzFrame[] = [];
  let line = 0;
  while (line < lines.length) {
    if (lines[line].trim() === '') {
      line += 1;
      continue;
    }
    const count = Number(lines[line].trim());
    if (!Number.isInteger(count) || count < 1) {
      throw new FileProblem(
        `${source}, line ${line + 1}: expected the number of atoms of an XYZ frame, found “${clip(lines[line])}”.`,
      );
    }
    const comment = lines[line + 1] ?? '';
    const elements: number[] = [];
    const coordinates = new Float32Array(3 * count);
    for (let i = 0; i < count; i++) {
      const at = line + 2 + i;
      const fields = (lines[at] ?? '').trim().split(/\s+/);
      const element = atomicNumber(fields[0]) ?? (/^\d+$/.test(fields[0]) ? Number(fields[0]) : undefined);
      const xyz = fields.slice(1, 4).map(Number);
      if (element === undefined || xyz.length < 3 || !xyz.every(Number.isFinite)) {
        throw new FileProblem(
          at >= lines.length || fields[0] === ''
            ? `${source}, frame ${frames.length + 1}: the file ends after ${i} of ${count} atoms.`
            : `${source}, line ${at + 1}: expected an element and three coordinates, found “${clip(lines[at])}”.`,
        );
      }
      elements.push(element);
      coordinates.set(xyz, 3 * i);
    }
    const first = frames[0];
    if (first && (first.elements.length !== count || first.elements.some((element, i) => element !== elements[i]))) {
      const what =
        first.elements.length === count
          ? 'other elements'
          : `${count} atoms where the frames before it have ${first.elements.length}`;
      throw new FileProblem(
        `${source}, frame ${frames.length + 1} has ${what}. All frames of a trajectory must hold the same atoms in the same order.`,
      );
    }
    const tags = commentTags(comment);
    const t = Number(tags.get('flow_time') ?? NaN);
    frames.push({
      elements,
      coordinates,
      t: Number.isFinite(t) ? t : 0,
      timed: Number.isFinite(t),
      stage: stageOf(tags.get('stage')),
      speed: numberOf(tags.get('speed')),
      conformer: tags.get('conformer') ?? '1',
      name: tags.get('name') ?? (tags.size > 0 ? comment.split(/\s*[A-Za-z_]+=/)[0].trim() : ''),
    });
    line += 2 + count;
  }
  if (frames.length === 0) throw new FileProblem(`${source} is empty.`);
  return frames;
}

export function numberOf(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

export function stageOf(text: string | undefined): Stage {
  const word = text?.trim().toLowerCase();
  return word === 'skeleton' || word === 'hydrogens' ? word : 'all';
}

function commentTags(comment: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const [, key, quoted, bare] of comment.matchAll(/([A-Za-z_]+)=(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)) {
    tags.set(key.toLowerCase().replace(/^molflow_/, ''), quoted === undefined ? bare : unquoted(quoted));
  }
  return tags;
}

/** Text between quotes of extended XYZ; after `_JSON` it is text that would else be taken for a number. */
function unquoted(text: string): string {
  const plain = text.replace(/\\(.)/g, '$1');
  try {
    return plain.startsWith('_JSON ') ? String(JSON.parse(plain.slice('_JSON '.length))) : plain;
  } catch {
    return plain;
  }
}

function clip(line: string): string {
  return line.trim().slice(0, 40);
}

/** Single bonds between atoms nearer than the sum of their covalent radii and 0.4 Å; at most one for a hydrogen. */
export function bondsByDistance(elements: readonly number[], x: Float32Array): StructureBond[] {
  const candidates: { a: number; b: number; distance: number }[] = [];
  const radius = (element: number): number => RADII[element] ?? 1.5;
  for (let a = 0; a < elements.length; a++) {
    for (let b = a + 1; b < elements.length; b++) {
      const distance = Math.hypot(x[3 * a] - x[3 * b], x[3 * a + 1] - x[3 * b + 1], x[3 * a + 2] - x[3 * b + 2]);
      if (distance > 0.4 && distance < radius(elements[a]) + radius(elements[b]) + 0.4)
        candidates.push({ a, b, distance });
    }
  }
  candidates.sort((one, other) => one.distance - other.distance);
  const used = elements.map(() => 0);
  const bonds: StructureBond[] = [];
  for (const { a, b } of candidates) {
    if ((elements[a] === 1 && used[a] > 0) || (elements[b] === 1 && used[b] > 0)) continue;
    used[a] += 1;
    used[b] += 1;
    bonds.push({ a, b, order: 1 });
  }
  return bonds;
}
