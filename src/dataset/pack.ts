/**
 * The packed data set: ensembles read from SD files once and kept in one binary file.
 *
 * Layout: the bytes 'molflow1', then per ensemble a little-endian uint32 length, that many bytes of JSON (everything
 * but the coordinates) and float32 coordinates [K, atoms, 3].
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import path from 'node:path';
import type { RDKitModule } from '../chem/rdkit.js';
import type { Ensemble } from './ensemble.js';
import { readEnsembles } from './read-ensembles.js';

const MAGIC = 'molflow1';
/** Raised whenever what is packed changes, so that older caches are made anew. */
const LAYOUT = 3;
/** Share of the molecules packed a second time with deuterium, see readEnsembles. */
const DEUTERATED = 0.04;

export interface PackOptions {
  readonly rdkit: RDKitModule;
  readonly files: readonly string[];
  /** Folder of caches; one per set of files, named by their names, sizes and times. */
  readonly cache: string;
  readonly onProgress?: (molecules: number, file: string) => void;
  readonly onSkip?: (reason: string) => void;
}

/** The path of the packed form of `files`, made now unless it stands in the cache. */
export async function packEnsembles({ rdkit, files, cache, onProgress, onSkip }: PackOptions): Promise<string> {
  const hash = createHash('sha256').update(String(LAYOUT));
  for (const file of files) {
    const { size, mtimeMs } = await stat(file).catch(() => {
      throw new Error(`data file '${file}' is not there; give SD files of conformers, all hydrogens explicit`);
    });
    hash.update(`${path.resolve(file)}\0${size}\0${mtimeMs}\0`);
  }
  const target = path.join(cache, `${hash.digest('hex').slice(0, 16)}.molflow`);
  if (await stat(target).catch(() => undefined)) return target;
  await mkdir(cache, { recursive: true });
  // Written under another name first: a cache cut short must not pass for a whole one.
  const partial = `${target}.${process.pid}`;
  const out = createWriteStream(partial);
  out.write(MAGIC);
  let molecules = 0;
  for (const file of files)
    for await (const ensemble of readEnsembles({ rdkit, file, deuterated: DEUTERATED, ...(onSkip && { onSkip }) })) {
      if (!out.write(encode(ensemble))) await once(out, 'drain');
      onProgress?.(++molecules, file);
    }
  out.end();
  await finished(out);
  await rename(partial, target);
  return target;
}

function encode({ coordinates, ...rest }: Ensemble): Buffer {
  const json = Buffer.from(JSON.stringify(rest));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, Buffer.from(coordinates.buffer, coordinates.byteOffset, coordinates.byteLength)]);
}

/**
 * Reads a packed file whole.
 * @throws Error where the file is not one, or ends early.
 */
export async function readPacked(file: string): Promise<Ensemble[]> {
  const bytes = await readFile(file);
  if (bytes.subarray(0, MAGIC.length).toString() !== MAGIC)
    throw new Error(`'${file}' is not a packed molflow data set; delete it and let it be made again`);
  const ensembles: Ensemble[] = [];
  let at = MAGIC.length;
  while (at < bytes.length) {
    const length = bytes.readUInt32LE(at);
    at += 4;
    const rest = JSON.parse(bytes.toString('utf8', at, at + length)) as Omit<Ensemble, 'coordinates'>;
    at += length;
    const count = rest.conformers * rest.molecule.atoms.length * 3;
    if (at + count * 4 > bytes.length) throw new Error(`'${file}' ends early; delete it and let it be made again`);
    const coordinates = new Float32Array(count);
    Buffer.from(coordinates.buffer).set(bytes.subarray(at, at + count * 4));
    at += count * 4;
    ensembles.push({ ...rest, coordinates });
  }
  return ensembles;
}
