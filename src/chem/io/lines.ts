/** Cuts streamed text into lines, whatever ends them: LF, CRLF, CR, or a mixture. */

export type TextChunks = AsyncIterable<string> | Iterable<string>;

/** The longest line that is read, in characters. */
export const LONGEST_LINE = 1_000_000;
/** How much of a longer one is kept, to name it. */
const KEPT = 60;

/** The lines of a chunk. */
export interface LineBatch {
  readonly lines: readonly string[];
  /** Lines beyond the limit, by their place in `lines`, which has their beginnings alone: their lengths in characters. */
  readonly tooLong: ReadonlyMap<number, number>;
}

const NONE: ReadonlyMap<number, number> = new Map();

/**
 * Yields the lines in batches, one a chunk: a promise a line would cost more than reading it. A line of any length costs
 * no more memory than `longest` characters.
 */
export async function* lineBatches(
  chunks: TextChunks,
  { longest = LONGEST_LINE }: { readonly longest?: number } = {},
): AsyncGenerator<LineBatch> {
  let rest = '';
  // Characters of the line at hand that are not in `rest` any more.
  let dropped = 0;
  // A CR at the end of a chunk may be half of a CRLF, so it waits for the next one.
  let heldReturn = false;
  let atStart = true;
  const cut = (lines: string[], characters: number): LineBatch => {
    if (characters + dropped <= longest) return { lines, tooLong: NONE };
    let tooLong: Map<number, number> | undefined;
    lines.forEach((line, i) => {
      const length = line.length + (i === 0 ? dropped : 0);
      if (length <= longest) return;
      (tooLong ??= new Map()).set(i, length);
      lines[i] = line.slice(0, KEPT);
    });
    return { lines, tooLong: tooLong ?? NONE };
  };
  for await (const chunk of chunks) {
    if (chunk === '') continue;
    let text = atStart && chunk.charCodeAt(0) === 0xfeff ? chunk.slice(1) : chunk;
    atStart = false;
    if (heldReturn) text = `\r${text}`;
    heldReturn = text.endsWith('\r');
    if (heldReturn) text = text.slice(0, -1);
    const lines = split(text);
    const characters = rest.length + text.length;
    // Only the chunk is searched, never the rest: a line of many megabytes stays linear.
    lines[0] = rest + lines[0];
    rest = lines[lines.length - 1];
    lines.pop();
    if (lines.length > 0) {
      yield cut(lines, characters);
      dropped = 0;
    }
    if (rest.length > longest || dropped > 0) {
      const kept = rest.slice(0, KEPT);
      dropped += rest.length - kept.length;
      rest = kept;
    }
  }
  if (rest !== '' || heldReturn) yield cut([rest], rest.length);
}

function split(text: string): string[] {
  // Gigabytes of blank lines fit a small gzip file.
  if (/^\n+$/.test(text)) return new Array<string>(text.length + 1).fill('');
  return text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n');
}

/** What is wrong with a line that is too long. */
export function tooLongProblem(length: number, longest: number = LONGEST_LINE): string {
  return `the line has ${length} characters, and at most ${longest} are read: is the file of another format?`;
}
