/** The one place where the command prints: whatever a name, a path or a message holds is text there, and no command to the terminal. */
import { printable } from '../files/printable.js';

/** Text on standard output; JSON comes from printableJson. */
export function print(text: string): void {
  process.stdout.write(printable(text));
}

/** A line on standard error. */
export function printNote(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

/** A progress bar hides it, and may be ended before it shows it again. */
export function showCursor(): void {
  if (process.stderr.isTTY) process.stderr.write('\x1b[?25h');
}
