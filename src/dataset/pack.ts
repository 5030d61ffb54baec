/**
 * The packed data set: ensembles read from SD files once and kept in one binary file.
 *
 * Layout: the bytes 'molflow1', then per ensemble a little-endian uint32 length, that many bytes of JSON (everything
 * but the arrays) and float32 coordinates [K, atoms, 3]. Where the JSON says `paired`, coordinates and, after them,
 * noise are both [K, skeletonCount, 3].
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { appendFile, mkdir, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import path from 'node:path';
import type { RDKitModule } from '../chem/rdkit.js';
import type { Ensemble } from './ensemble.js';
import { readEnsembles } from './read-ensembles.js';
import { readIfThere } from './read-if-there.js';

const MAGIC = 'molflow1';
/** Version of the packed contents: raise it whenever they change, so that older caches are made again. */
const LAYOUT = 4;
/** Share of the molecules that are packed a second time with deuterium, see readEnsembles. */
const DEUTERATED = 0.04;

export interface PackOptions {
  readonly rdkit: RDKitModule;
  readonly files: readonly string[];
  /** Folder of caches; one per set of files, named by their names, sizes and times. */
  readonly cache: string;
  readonly onProgress?: (molecules: number, file: string) => void;
  readonly onSkip?: (reason: string) => void;
}

/**
 * The path of the packed form of `files`, made now unless the cache has it. Files that are packed already, such as the
 * pairs of `molflow reflow`, are copied as they are; a single such file is returned itself.
 */
export async function packEnsembles({ rdkit, files, cache, onProgress, onSkip }: PackOptions): Promise<string> {
  const hash = createHash('sha256').update(String(LAYOUT));
  for (const file of files) {
    const { size, mtimeMs } = await stat(file).catch(() => {
      throw new Error(
        `data file '${file}' is not there; give SD files of conformers, all hydrogens explicit, or packed files`,
      );
    });
    hash.update(`${path.resolve(file)}\0${size}\0${mtimeMs}\0`);
  }
  if (files.length === 1 && (await isPacked(files[0]))) return files[0];
  const target = path.join(cache, `${hash.digest('hex').slice(0, 16)}.molflow`);
  if (await stat(target).catch(() => undefined)) return target;
  await mkdir(cache, { recursive: true });
  // Written under another name first, so that an interrupted cache does not pass for a complete one.
  const partial = `${target}.${process.pid}`;
  try {
    await pipeline(packed, createWriteStream(partial));
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
  return target;

  async function* packed(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(MAGIC);
    let molecules = 0;
    /** A file that is named several times, so that it counts for more, is read once. */
    const known = new Map<string, Buffer[]>();
    for (const [place, file] of files.entries()) {
      const before = known.get(file);
      if (before) {
        yield* before;
        continue;
      }
      if (await isPacked(file)) {
        const bytes = await readFile(file);
        assertWhole(bytes, decode(bytes, file).end, file);
        yield bytes.subarray(MAGIC.length);
        continue;
      }
      const encoded: Buffer[] = [];
      if (files.includes(file, place + 1)) known.set(file, encoded);
      for await (const ensemble of readEnsembles({ rdkit, file, deuterated: DEUTERATED, ...(onSkip && { onSkip }) })) {
        const bytes = encode(ensemble);
        if (known.has(file)) encoded.push(bytes);
        yield bytes;
        onProgress?.(++molecules, file);
      }
    }
  }
}

async function isPacked(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return buffer.toString('latin1', 0, bytesRead) === MAGIC;
  } finally {
    await handle.close();
  }
}

function encode({ coordinates, noise, ...rest }: Ensemble): Buffer {
  const json = Buffer.from(JSON.stringify({ ...rest, ...(noise && { paired: true }) }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const arrays = noise ? [coordinates, noise] : [coordinates];
  return Buffer.concat([length, json, ...arrays.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength))]);
}

/** Appends to a packed file, which is created if missing. Each call is one write. */
export async function appendPacked(file: string, ensembles: readonly Ensemble[]): Promise<void> {
  await appendFile(file, Buffer.concat(ensembles.map(encode)));
}

/**
 * Prepares a packed file for appending: creates it if missing, and cuts off an ensemble that was written only in part.
 * Returns the ensembles that it holds.
 * @throws Error where the file is not a packed data set.
 */
export async function resumePacked(file: string): Promise<Ensemble[]> {
  const bytes = await readIfThere(file);
  if (!bytes) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, MAGIC);
    return [];
  }
  const { ensembles, end } = decode(bytes, file);
  if (end < bytes.length) await truncate(file, end);
  return ensembles;
}

/**
 * Reads a packed file.
 * @throws Error where the file is not a packed data set, or ends early.
 */
export async function readPacked(file: string): Promise<Ensemble[]> {
  const bytes = await readFile(file);
  const { ensembles, end } = decode(bytes, file);
  assertWhole(bytes, end, file);
  return ensembles;
}

function assertWhole({ length }: Uint8Array, end: number, file: string): void {
  if (end < length)
    throw new Error(
      `'${file}' ends early; let the command that wrote it finish, or delete it and let it be made again`,
    );
}

/** The complete ensembles of a packed file, and the byte at which they end. */
function decode(bytes: Buffer, file: string): { ensembles: Ensemble[]; end: number } {
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new Error(`'${file}' is not a packed molflow data set; delete it and let it be made again`);
  const ensembles: Ensemble[] = [];
  let end = MAGIC.length;
  while (end + 4 <= bytes.length) {
    const json = end + 4;
    let at = json + bytes.readUInt32LE(end);
    if (at > bytes.length) break;
    const { paired, ...rest } = JSON.parse(bytes.toString('utf8', json, at)) as Omit<
      Ensemble,
      'coordinates' | 'noise'
    > & { paired?: true };
    const { atoms, skeletonCount } = rest.molecule;
    const count = rest.conformers * (paired ? skeletonCount : atoms.length) * 3;
    if (at + (paired ? 8 : 4) * count > bytes.length) break;
    const take = (): Float32Array => {
      const array = new Float32Array(count);
      Buffer.from(array.buffer).set(bytes.subarray(at, (at += 4 * count)));
      return array;
    };
    ensembles.push({ ...rest, coordinates: take(), ...(paired && { noise: take() }) });
    end = at;
  }
  return { ensembles, end };
}
