/** Reads SMILES files: a SMILES a line, then blanks or a tab and an optional name; `#` starts a comment line. */

import type { InputRecord } from './input-record.js';
import { lineBatches, tooLongProblem, type TextChunks } from './lines.js';
import { RecordError } from './record-error.js';

const HEADER = /^(?:\w+_)?smiles$/i;
const NO_FIELDS: ReadonlyMap<string, string> = new Map();

/** Blank lines, comment lines and a header line (`SMILES Name`) are passed over. Never throws. */
export async function* readSmi(
  chunks: TextChunks,
  { file = 'SMILES' }: { file?: string } = {},
): AsyncGenerator<InputRecord> {
  let line = 0;
  let index = 0;
  for await (const { lines, tooLong } of lineBatches(chunks)) {
    for (let i = 0; i < lines.length; i++) {
      const raw = lines[i];
      line += 1;
      if (raw === '') continue;
      const length = tooLong.get(i);
      if (length !== undefined) {
        const error = new RecordError(tooLongProblem(length), { file, index: index++, line });
        yield { kind: 'error', error };
        continue;
      }
      const text = raw.trim();
      if (text === '' || text.startsWith('#')) continue;
      const [first = '', after = ''] = splitOnce(text);
      // A CXSMILES extension belongs to the SMILES; a name may follow it.
      const [, extension, behind] = /^(\|[^|]*\|)\s*(.*)$/.exec(after) ?? [];
      const [smiles, rest] = extension === undefined ? [first, after] : [`${first} ${extension}`, behind];
      if (index === 0 && HEADER.test(smiles)) continue;
      const place = { file, index: index++, line };
      if (rest.startsWith('|')) {
        const problem = `the extension "${rest.slice(0, 40)}" after the SMILES is not closed by "|"; close or remove it`;
        yield { kind: 'error', error: new RecordError(problem, place), source: { kind: 'smi', text } };
        continue;
      }
      const name = rest === '' ? undefined : rest;
      yield {
        kind: 'smiles',
        smiles,
        name,
        fields: NO_FIELDS,
        place: { ...place, name },
        source: { kind: 'smi', text },
      };
    }
  }
}

function splitOnce(text: string): string[] {
  const at = text.search(/\s/);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at).trim()];
}
