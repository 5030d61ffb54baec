/** Opens the files of a public data set by format. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { openBytes, openText } from '../../chem/io/open.node.js';
import { readGeom } from './geom.js';
import { readQm9Xyz } from './qm9-xyz.js';
import { readSdfEnsembles } from './sdf-ensembles.js';
import type { SourceEnsemble } from './source.js';

export const IMPORT_FORMATS = ['geom', 'qm9', 'sdf'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** The format by the extension: .msgpack, .xyz, .sdf, each also with .gz. @throws Error for any other */
export function importFormatOf(file: string): ImportFormat {
  const plain = file.replace(/\.gz$/i, '').toLowerCase();
  if (plain.endsWith('.msgpack')) return 'geom';
  if (plain.endsWith('.xyz')) return 'qm9';
  if (plain.endsWith('.sdf') || plain.endsWith('.sd')) return 'sdf';
  throw new Error(`${file}: the name does not tell the format; say it with --format: ${IMPORT_FORMATS.join(', ')}`);
}

/** All molecules of the files in order; a folder stands for the files in it, by name (QM9 comes as one file a molecule). */
export async function* openSources(
  files: readonly string[],
  { format, onSkip }: { format?: ImportFormat | undefined; onSkip?: ((reason: string) => void) | undefined } = {},
): AsyncGenerator<SourceEnsemble> {
  for (const file of files) {
    const info = await stat(file).catch(() => {
      throw new Error(`cannot read ${file}: there is no such file`);
    });
    if (info.isDirectory()) {
      const inside = (await readdir(file)).sort().map((name) => path.join(file, name));
      yield* openSources(inside, { format, onSkip });
      continue;
    }
    const kind = format ?? importFormatOf(file);
    if (kind === 'geom') yield* readGeom(await openBytes(file), { file, onSkip });
    else if (kind === 'qm9') yield* readQm9Xyz(await openText(file), { file, onSkip });
    else yield* readSdfEnsembles(await openText(file), { file, onSkip });
  }
}
