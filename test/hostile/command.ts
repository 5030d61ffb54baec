/** Runs the built command on hostile input, and says what became of it. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A folder of a test file's own; `remove` it at its end. */
export function testFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'molflow-hostile-'));
  return {
    file: (name: string, text?: string) => {
      const place = path.join(folder, name);
      if (text !== undefined) writeFileSync(place, text);
      return place;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly text: string;
  readonly seconds: number;
}

/** Both outputs as one text. */
export function molflow(args: readonly string[], { cwd }: { readonly cwd?: string } = {}): Promise<Run> {
  const start = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()));
  return new Promise((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, text, seconds: (performance.now() - start) / 1000 })),
  );
}

/** Titles of the records of an SD file, in order; each record is whole. @throws Error where one is not */
export function titlesOf(file: string): string[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (text === '') return [];
  if (!text.endsWith('$$$$\n')) throw new Error(`${file} ends in the middle of a record`);
  return text
    .split('$$$$\n')
    .slice(0, -1)
    .map((record) => {
      if (!record.includes('M  END')) throw new Error(`${file} holds a record without an end`);
      return record.slice(0, record.indexOf('\n'));
    });
}

/** A stack trace or a raw error of wasm or JavaScript, instead of a message for people. */
export const RAW_ERROR =
  /^\s+at \S+ \(|node:internal|memory access|\[object|Cannot read prop|undefined|Invalid string length|RangeError|TypeError|unreachable/m;
