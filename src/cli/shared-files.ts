/** Refuses command lines whose output is also an input or another output: writing it would destroy what is read. */
import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { EXIT } from './exit-codes.js';

/** Files by the flag that names them; `-` is no file. */
export type NamedFiles = Readonly<Record<string, string | readonly string[] | undefined>>;

interface Taken {
  readonly label: string;
  /** The same for one file under two names; undefined for devices and pipes, which may be named twice. */
  readonly id: string | undefined;
  readonly place: string;
  readonly isFolder: boolean;
}

/** Call it before an output is opened. @throws CommanderError after printing the message */
export async function refuseSharedFiles(
  command: Command,
  { inputs, outputs }: { readonly inputs: NamedFiles; readonly outputs: NamedFiles },
): Promise<void> {
  const taken = await takenBy(inputs);
  for (const output of [...(await takenBy(outputs)), ...(await takenBy(outputs, '.part'))]) {
    const same = taken.find(({ id }) => id !== undefined && id === output.id);
    const around = taken.find(({ isFolder, place }) => isFolder && output.place.startsWith(`${place}${path.sep}`));
    if (same)
      command.error(`error: ${output.label} is the file of ${same.label}, too; give the output another name`, {
        exitCode: EXIT.usage,
      });
    if (around)
      command.error(
        `error: ${output.label} lies in the folder ${around.label}, all of which is read; write it elsewhere`,
        { exitCode: EXIT.usage },
      );
    taken.push(output);
  }
}

/** The flag of the command line that names this file, too, and how; undefined where none does. */
export async function sharedWith(file: string, named: NamedFiles): Promise<string | undefined> {
  const own = await identityOf(file);
  return (await takenBy(named)).find(({ id }) => id !== undefined && id === own.id)?.label;
}

/** @param ending of the files beside those named that are meant; only where they are there. */
async function takenBy(files: NamedFiles, ending = ''): Promise<Taken[]> {
  const named = Object.entries(files).flatMap(([name, list = []]) =>
    [list].flat().map((file) => ({ label: `${name} ${file}`, file })),
  );
  return Promise.all(
    named
      .filter(({ file }) => file !== '-' && (ending === '' || existsSync(`${file}${ending}`)))
      .map(async ({ label, file }) => ({ label, ...(await identityOf(`${file}${ending}`)) })),
  );
}

async function identityOf(file: string): Promise<Omit<Taken, 'label'>> {
  // Inode numbers of some file systems do not fit a double.
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  const place = await placeOf(file);
  if (!found) return { id: place, place, isFolder: false };
  return { id: found.isFile() ? `${found.dev}:${found.ino}` : undefined, place, isFolder: found.isDirectory() };
}

/** The path without links, also of a file that is not there yet. */
async function placeOf(file: string): Promise<string> {
  const folder = () => realpath(path.dirname(file)).then((real) => path.join(real, path.basename(file)));
  return realpath(file)
    .catch(folder)
    .catch(() => path.resolve(file));
}
