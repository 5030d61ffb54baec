/** Cuts streamed text into lines, whatever ends them: LF, CRLF, CR, or a mixture. */

export type TextChunks = AsyncIterable<string> | Iterable<string>;

/** Yields the lines in batches, one a chunk: a promise a line would cost more than reading it. */
export async function* lineBatches(chunks: TextChunks): AsyncGenerator<string[]> {
  let rest = '';
  // A CR at the end of a chunk may be half of a CRLF, so it waits for the next one.
  let heldReturn = false;
  let atStart = true;
  for await (const chunk of chunks) {
    if (chunk === '') continue;
    let text = atStart && chunk.charCodeAt(0) === 0xfeff ? chunk.slice(1) : chunk;
    atStart = false;
    if (heldReturn) text = `\r${text}`;
    heldReturn = text.endsWith('\r');
    if (heldReturn) text = text.slice(0, -1);
    const lines = text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n');
    // Only the chunk is searched, never the rest: a line of many megabytes stays linear.
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    if (lines.length > 0) yield lines;
  }
  if (rest !== '' || heldReturn) yield [rest];
}
