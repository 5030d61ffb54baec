/**
 * The journal of a run, so that it can continue after a kill: the records as they were made, and a list of the molecules
 * done. The list is authoritative: each line says up to which byte the records are complete; the rest is cut off.
 */
import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

export interface Done {
  /** Line of the molecule in the input, from 0. */
  readonly line: number;
  /** As the input had it. */
  readonly smiles: string;
  readonly conformers: number;
  /** Why there are none. */
  readonly reason: string | undefined;
}

export interface Journal {
  /** By line of the input. */
  readonly done: ReadonlyMap<number, Done>;
  /** Resolves when both files are written. Calls may overlap; each waits for those before it. */
  add(molecule: Done, records: string): Promise<void>;
  /** Writes the records of these lines to `file` atomically, in the order of the input, one gzip member a molecule. */
  join(file: string, lines: ReadonlySet<number>): Promise<void>;
  close(): Promise<void>;
}

interface Entry extends Done {
  /** Its bytes in the file of records. */
  readonly from: number;
  readonly to: number;
}

/** Opens or begins the journal in a folder. */
export async function openJournal(folder: string): Promise<Journal> {
  const list = await open(path.join(folder, 'done.tsv'), 'a+');
  const records = await open(path.join(folder, 'made.sdf.gz'), 'a+');
  const entries = await recover(list, records);
  let end = (await records.stat()).size;
  let writing = Promise.resolve();
  async function append(molecule: Done, text: string): Promise<void> {
    const bytes = text === '' ? Buffer.alloc(0) : gzipSync(text);
    await records.appendFile(bytes);
    const entry = { ...molecule, from: end, to: end + bytes.length };
    const { line, smiles, conformers, reason = '' } = entry;
    await list.appendFile(`${[line, smiles, conformers, entry.to, reason.replace(/\s+/g, ' ')].join('\t')}\n`);
    end = entry.to;
    entries.set(line, entry);
  }
  return {
    done: entries,
    add: (molecule, text) => (writing = writing.then(() => append(molecule, text))),
    async join(file, lines) {
      const whole = await open(`${file}.part`, 'w');
      try {
        for (const { line, from, to } of [...entries.values()].sort((a, b) => a.line - b.line))
          if (to > from && lines.has(line))
            await whole.appendFile((await records.read(Buffer.alloc(to - from), 0, to - from, from)).buffer);
      } finally {
        await whole.close();
      }
      await rename(`${file}.part`, file);
    },
    async close() {
      await list.close();
      await records.close();
    },
  };
}

/** Reads the list; both files are truncated to where they agree. */
async function recover(list: FileHandle, records: FileHandle): Promise<Map<number, Entry>> {
  const text = await list.readFile('utf8');
  const size = (await records.stat()).size;
  const entries = new Map<number, Entry>();
  let [from, kept] = [0, 0];
  for (const row of text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)) {
    const [line, smiles = '', conformers, to, reason] = row.split('\t');
    if (reason === undefined || Number(to) > size) break;
    entries.set(Number(line), {
      line: Number(line),
      smiles,
      conformers: Number(conformers),
      reason: reason || undefined,
      from,
      to: Number(to),
    });
    from = Number(to);
    kept += Buffer.byteLength(row) + 1;
  }
  await list.truncate(kept);
  await records.truncate(from);
  return entries;
}

/**
 * Writes the settings of the run into its folder, or compares them with those written before.
 * @throws Error where the folder was begun with other settings.
 */
export async function claimFolder(folder: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const file = path.join(folder, 'settings.json');
  let before: Record<string, string>;
  try {
    before = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  } catch {
    // Missing, or cut short by a kill before anything was made.
    const handle = await open(file, 'w');
    await handle.writeFile(`${JSON.stringify(settings, null, 2)}\n`);
    await handle.close();
    return;
  }
  const other = Object.keys(settings).find((name) => before[name] !== settings[name]);
  if (other !== undefined)
    throw new Error(
      `${folder} was begun with another ${other} (${before[other]}, now ${settings[other]}); go on with the same, or name another folder`,
    );
}
