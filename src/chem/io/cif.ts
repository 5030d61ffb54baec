/** Reads CIF text (STAR) into data blocks of columns, of the categories asked for. */
import { lineBatches, type TextChunks } from './lines.js';

/** The rows of each category, by the name of the item (`atom_id` of `_chem_comp_atom.atom_id`). */
export interface CifBlock {
  readonly name: string;
  /** Line of `data_`, from 1. */
  readonly line: number;
  readonly categories: ReadonlyMap<string, readonly CifRow[]>;
}

/** Undefined for what is unknown (`?`) or does not apply (`.`). */
export type CifRow = Readonly<Record<string, string | undefined>>;

/** Values in quotes, comments, or words; text between semicolons takes whole lines. */
const TOKEN = /'((?:[^']|'(?!\s|$))*)'(?=\s|$)|"((?:[^"]|"(?!\s|$))*)"(?=\s|$)|#.*$|(\S+)/g;

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

/**
 * The data blocks of a CIF file, one after another.
 * @param options.categories lower case, without the underscore; of others nothing is kept
 */
export async function* readCif(
  chunks: TextChunks,
  { categories }: { readonly categories: ReadonlySet<string> },
): AsyncGenerator<CifBlock> {
  let block: { name: string; line: number; categories: Map<string, Record<string, string | undefined>[]> } | undefined;
  let at = 0;
  // Of the loop or the item at hand.
  let tags: string[] = [];
  let looped = false;
  let inHeader = false;
  let row: Record<string, string | undefined> = {};
  let column = 0;
  let text: string[] | undefined;

  const rowsOf = (category: string): Record<string, string | undefined>[] => {
    const rows = block?.categories.get(category) ?? [];
    block?.categories.set(category, rows);
    return rows;
  };

  function value(given: string, quoted: boolean): void {
    inHeader = false;
    if (tags.length === 0) return;
    const tag = tags[column];
    const dot = tag.indexOf('.');
    const category = dot < 0 ? '' : tag.slice(0, dot);
    const known = !quoted && (given === '?' || given === '.') ? undefined : given;
    if (!looped) {
      if (categories.has(category)) {
        const rows = rowsOf(category);
        if (rows.length === 0) rows.push({});
        rows[0][tag.slice(dot + 1)] = known;
      }
      tags = [];
      return;
    }
    const kept = categories.has(category);
    if (kept) row[tag.slice(dot + 1)] = known;
    column += 1;
    if (column < tags.length) return;
    if (kept) rowsOf(category).push(row);
    [row, column] = [{}, 0];
  }

  function take({ text: given, quoted }: Token): CifBlock | undefined {
    if (quoted) return void value(given, true);
    const lower = given.toLowerCase();
    if (lower.startsWith('data_') || lower === 'global_') {
      const before = block;
      block = { name: given.slice(5), line: at, categories: new Map() };
      tags = [];
      return before;
    }
    if (lower === 'loop_') [tags, looped, inHeader, row, column] = [[], true, true, {}, 0];
    else if (lower.startsWith('save_') || lower === 'stop_') tags = [];
    else if (given.startsWith('_')) {
      const tag = lower.slice(1);
      if (looped && inHeader) tags.push(tag);
      else [tags, looped, column] = [[tag], false, 0];
    } else value(given, false);
    return undefined;
  }

  for await (const { lines } of lineBatches(chunks)) {
    for (const line of lines) {
      at += 1;
      if (text !== undefined) {
        if (line.startsWith(';')) {
          value(text.join('\n'), true);
          text = undefined;
        } else text.push(line);
        continue;
      }
      if (line.startsWith(';')) {
        text = [line.slice(1)];
        continue;
      }
      for (const [, single, double, word] of line.matchAll(TOKEN)) {
        const given = single ?? double ?? word;
        if (given === undefined) continue;
        const done = take({ text: given, quoted: word === undefined });
        if (done) yield done;
      }
    }
  }
  if (block) yield block;
}
