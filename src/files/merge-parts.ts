/** Joins what the shards of one run wrote to what a single run would have written, molecule by molecule. */
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { compressionOf, type Compression } from './compression.js';
import { entryAt } from './entry-at.js';
import { readKeptJournal, type KeptJournal } from './journal.js';
import { openOutputFile, targetOf, type OpenOptions, type OutputFile } from './output-file.js';
import { OutputError } from './output-error.js';

export interface MergePartsOptions extends OpenOptions {
  /** The first output of each shard, with its journal beside it; in any order. */
  readonly parts: readonly string[];
  /** What to write, by what it is: `out`, and the other outputs that the shards have. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Takes the header from the first records of a table, by what the output is. */
  readonly withoutHeader?: Readonly<Record<string, (text: string) => string>>;
}

export interface MergedParts {
  readonly molecules: number;
  readonly failed: number;
  readonly conformers: number;
}

interface Part {
  readonly name: string;
  readonly journal: KeptJournal;
  /** From 1. */
  readonly shard: number;
}

/**
 * Every byte is held against the checksum of its journal, and every molecule must be there once. The parts stay.
 * @throws OutputError where a shard is missing, there twice, unfinished, changed, or of another run; nothing is written then
 */
export async function mergeParts({
  parts: names,
  outputs,
  withoutHeader = {},
  ...options
}: MergePartsOptions): Promise<MergedParts> {
  const parts = await orderedParts(names);
  const opened: FileHandle[] = [];
  const merged: { readonly label: string; readonly name: string; readonly file: OutputFile }[] = [];
  try {
    const sources = await Promise.all(
      parts.map(async (part) => {
        const own = Object.entries(part.journal.names).map(([label, name], at) => ({ label, name, at }));
        const files: Source[] = [];
        for (const wanted of Object.keys(outputs)) {
          const found = own.find(({ label }) => label === wanted);
          if (!found) throw new OutputError(`${part.name} was made without --${wanted}`);
          const file = found.at === 0 ? part.name : path.resolve(path.dirname(part.name), found.name);
          const handle = await openPart(file);
          opened.push(handle);
          files.push({ file, handle, at: found.at, end: 0 });
        }
        return { part, rows: part.journal.rows(), files };
      }),
    );
    for (const [label, name] of Object.entries(outputs))
      merged.push({ label, name, file: await openOutputFile(name, options) });
    const counts = { molecules: 0, failed: 0, conformers: 0 };
    for (let index = 0; ; index++) {
      const turn = sources[index % sources.length];
      if (!turn) throw new OutputError('no part is given to be merged');
      const { part, rows, files } = turn;
      const next = await rows.next();
      if (next.done) {
        await refuseMore(sources, index, part);
        break;
      }
      const row = next.value;
      if (row.index !== index)
        throw new OutputError(`${part.name}: molecule ${row.index + 1} stands where ${index + 1} is expected`);
      for (const [i, { label, name, file }] of merged.entries()) {
        const source = entryAt(files, i);
        const stretch = row.stretches[source.at];
        if (!stretch)
          throw new OutputError(`${part.name}: its journal does not say what --${label} has of molecule ${index + 1}`);
        const bytes = await stretchOf(source, stretch, part);
        if (bytes.length === 0) continue;
        const isFirst = source.end === bytes.length && file.marked > 0;
        await file.write(
          recoded(bytes, {
            from: compressionOf(source.file),
            to: compressionOf(name),
            cut: isFirst ? withoutHeader[label] : undefined,
          }),
        );
        await file.mark();
      }
      counts.molecules++;
      counts.conformers += row.conformers;
      if (row.outcome === 'failed') counts.failed++;
    }
    for (const source of sources) for (const file of source.files) await refuseRest(file);
    for (const { file } of merged) await file.finish({ empty: 'replace' });
    return counts;
  } catch (error) {
    for (const { file } of merged) await file.cut(0).catch(() => {});
    throw error;
  } finally {
    for (const { file } of merged) await file.close();
    for (const handle of opened) await handle.close();
  }
}

/** All shards of one run, in their order. */
async function orderedParts(names: readonly string[]): Promise<Part[]> {
  const parts: Part[] = [];
  let count = 0;
  for (const name of names) {
    const journal = await readKeptJournal(`${await targetOf(name)}.journal`);
    const [shard, shards] = (journal.settings['--shard'] ?? '').split('/').map(Number);
    if (!shard || !shards) throw new OutputError(`${name} is no part of a run with --shard`);
    const first = parts.at(0);
    if (first) {
      const settings = new Set([...Object.keys(first.journal.settings), ...Object.keys(journal.settings)]);
      settings.delete('--shard');
      for (const setting of settings)
        if (first.journal.settings[setting] !== journal.settings[setting])
          throw new OutputError(
            `${name} and ${first.name} are of different runs: ${setting} is ${journal.settings[setting] ?? 'not given'} and ${first.journal.settings[setting] ?? 'not given'}`,
          );
      if (shards !== count) throw new OutputError(`${name} is one of ${shards} shards, ${first.name} one of ${count}`);
    }
    count = shards;
    const twice = parts.find((part) => part.shard === shard);
    if (twice) throw new OutputError(`shard ${shard}/${count} is there twice: ${twice.name} and ${name}`);
    parts.push({ name, journal, shard });
  }
  parts.sort((a, b) => a.shard - b.shard);
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter(
    (number) => !parts.some(({ shard }) => shard === number),
  );
  if (missing.length > 0)
    throw new OutputError(
      `of ${count} shards ${missing.length === 1 ? 'one is' : `${missing.length} are`} missing: ${missing.slice(0, 20).join(', ')}${missing.length > 20 ? ', …' : ''}`,
    );
  return parts;
}

/** An output of a shard, read from its beginning to its end. */
interface Source {
  readonly file: string;
  readonly handle: FileHandle;
  /** Its place among the outputs of the run. */
  readonly at: number;
  end: number;
}

async function openPart(file: string): Promise<FileHandle> {
  try {
    return await open(file);
  } catch (error) {
    throw new OutputError(`cannot read ${file}, which its journal names: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function stretchOf(
  source: Source,
  { to, crc }: { readonly to: number; readonly crc: number },
  { name }: Part,
): Promise<Buffer> {
  const bytes = Buffer.alloc(to - source.end);
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await source.handle.read(bytes, at, bytes.length - at, source.end + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  if (crc32(bytes) !== crc)
    throw new OutputError(
      `${source.file} is not what the journal of ${name} says, from byte ${source.end} on: it is damaged, or was changed`,
    );
  source.end = to;
  return bytes;
}

function recoded(
  bytes: Buffer,
  {
    from,
    to,
    cut,
  }: {
    readonly from: Compression | undefined;
    readonly to: Compression | undefined;
    readonly cut: ((text: string) => string) | undefined;
  },
): Buffer {
  if (from?.kind === to?.kind && !cut) return bytes;
  const plain = from ? from.decompress(bytes) : bytes;
  const text = cut ? Buffer.from(cut(plain.toString())) : plain;
  return to && text.length > 0 ? to.compress(text) : text;
}

/** Where one shard has ended, so must the others. */
async function refuseMore(
  sources: readonly { readonly part: Part; readonly rows: ReturnType<KeptJournal['rows']> }[],
  index: number,
  short: Part,
): Promise<void> {
  for (const { part, rows } of sources) {
    const next = await rows.next();
    if (!next.done)
      throw new OutputError(
        `${short.name} lacks molecule ${index + 1}, though ${part.name} has molecule ${next.value.index + 1}: they were made from different inputs`,
      );
  }
}

async function refuseRest({ file, handle, end }: Source): Promise<void> {
  const { size } = await handle.stat();
  // Of no molecule an empty gzip member is left.
  if (size > end && end > 0)
    throw new OutputError(`${file} goes on after the last molecule of its journal, at byte ${end}: it was changed`);
}
