/** XYZ files of one or more frames. They hold no bonds: these are assigned by distance. */
import { atomicNumber } from '../../../src/chem/elements.js';
import { FileProblem, type Frame, type Stage } from './trajectory.js';

export interface XyzFrame extends Frame {
  readonly elements: readonly number[];
  /** True where the comment line gave the flow time. */
  readonly timed: boolean;
  readonly conformer: string;
  readonly name: string;
}

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
