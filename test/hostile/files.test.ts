/** Files that flood, tear or mislead: input of any size and damage, outputs that are killed, shared or out of room, models of strangers. */
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/chem/io/input-error.js';
import { openText } from '../../src/chem/io/open.node.js';
import { readMolecules } from '../../src/chem/io/read-molecules.js';
import { createRandom } from '../../src/flow/random.js';
import { MAIN, molflow, RAW_ERROR, testFolder, titlesOf } from './command.js';

const { file, remove } = testFolder();
afterAll(remove);
/** More of each: HOSTILE=5 npm run test:hostile. */
const TIMES = Number(process.env['HOSTILE'] ?? 1);

describe('an output', () => {
  it(
    'that is killed at random moments and resumed has the bytes of an undisturbed run',
    { timeout: 300_000 * TIMES },
    async () => {
      const random = createRandom(32);
      const input = file(
        'kill.smi',
        Array.from({ length: 60 }, (_, i) =>
          i % 9 === 4 ? `C1CC bad${i}\n` : `${'C'.repeat(2 + (i % 6))}O m${i}\n`,
        ).join(''),
      );
      const args = (name: string) => [
        ...['generate', '--input', input, '-n', '2', '--fast', '--quiet', '--resume'],
        ...[
          '--out',
          file(`${name}.sdf.gz`),
          '--trajectory',
          file(`${name}.xyz`),
          '--failed',
          file(`${name}.failed.smi`),
        ],
      ];
      expect((await molflow(args('whole'))).code).toBe(3);
      const kills = 4 * TIMES;
      let listed = 0;
      for (let kill = 0; kill < kills; kill++) {
        const child = spawn(process.execPath, [MAIN, ...args('killed')], { stdio: 'ignore' });
        const ended = new Promise((resolve) => child.once('close', resolve));
        const journal = file('killed.sdf.gz.journal');
        // Some before the first molecule, most between two writes or in one.
        const wait = kill % 7 === 6 ? 0 : 1 + Math.floor(random.uniform() * 2);
        const size = existsSync(journal) ? statSync(journal).size : 0;
        const begun = Date.now();
        for (
          let grown = 0, last = size;
          grown < wait && child.exitCode === null && Date.now() - begun < 60_000;
          await sleep(1)
        ) {
          const now = existsSync(journal) ? statSync(journal).size : 0;
          if (now > last) grown++;
          last = now;
        }
        await sleep(random.uniform() * 120);
        child.kill('SIGKILL');
        await ended;
        expect(existsSync(file('killed.sdf.gz'))).toBe(false);
        const done = readFileSync(journal, 'utf8')
          .split('\n')
          .filter((line) => /^\d+\t/.test(line));
        // Nothing that was finished is made again.
        expect(new Set(done.map((line) => line.split('\t')[0])).size).toBe(done.length);
        expect(done.length).toBeGreaterThanOrEqual(listed);
        listed = done.length;
      }
      expect((await molflow(args('killed'))).code).toBe(3);
      for (const name of ['.sdf.gz', '.xyz'])
        expect([name, readFileSync(file(`killed${name}`)).equals(readFileSync(file(`whole${name}`)))]).toEqual([
          name,
          true,
        ]);
      // But for the seconds that each took.
      const failed = (name: string) => readFileSync(file(`${name}.failed.smi`), 'utf8').replace(/ [\d.]+ s: /g, ' ');
      expect(failed('killed')).toBe(failed('whole'));
    },
  );

  it('that has no room leaves what was there, and goes on when there is', async ({ skip }) => {
    const small = file('small');
    mkdirSync(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160k', 'tmpfs', small], { stdio: 'ignore' });
    } catch {
      skip('a small file system cannot be mounted here');
    }
    try {
      const out = path.join(small, 'o.sdf');
      writeFileSync(out, 'of before');
      const input = file('room.smi', Array.from({ length: 60 }, (_, i) => `CCCCCCCO m${i}\n`).join(''));
      const args = ['generate', '--input', input, '-n', '3', '--fast', '--quiet', '--out'];
      const full = await molflow([...args, out]);
      expect([full.code, readFileSync(out, 'utf8')]).toEqual([1, 'of before']);
      expect(full.text).toMatch(/disk is full; what was made is in .*o\.sdf\.part, and --resume goes on with it/);
      expect(titlesOf(`${out}.part`).length).toBeGreaterThan(10);
      execFileSync('mount', ['-o', 'remount,size=2m', small]);
      expect((await molflow([...args, out, '--resume'])).code).toBe(0);
      expect((await molflow([...args, file('room.sdf')])).code).toBe(0);
      expect(readFileSync(out).equals(readFileSync(file('room.sdf')))).toBe(true);
    } finally {
      execFileSync('umount', ['-l', small]);
    }
  });
});

describe('an input', () => {
  async function bomb(name: string, byte: string, megabytes: number): Promise<string> {
    const place = file(name);
    const gzip = createGzip({ level: 1 });
    const written = new Promise<void>((resolve) => gzip.pipe(createWriteStream(place)).on('finish', resolve));
    const block = Buffer.alloc(1 << 20, byte);
    for (let i = 0; i < megabytes; i++)
      if (!gzip.write(block)) await new Promise<void>((resolve) => gzip.once('drain', resolve));
    gzip.end();
    await written;
    return place;
  }

  it.each([
    ['zeros.smi.gz', '\0', 600],
    ['lines.sdf.gz', '\n', 100],
    ['one-line.csv.gz', 'C', 600],
  ] as const)(
    'that unpacks to hundreds of megabytes is refused in bounded memory: %s',
    async (name, byte, megabytes) => {
      const input = await bomb(name, byte, megabytes);
      const { code, text } = await molflow(['generate', '--input', input, '-n', '1', '--out', file('none.sdf')]);
      expect(code).toBe(1);
      expect(text).toContain(name);
      expect(text).not.toMatch(RAW_ERROR);
      expect(existsSync(file('none.sdf')) && statSync(file('none.sdf')).size > 0).toBe(false);
    },
  );

  it(
    'that is damaged anywhere is read or refused in words: no crash, no NaN',
    { timeout: 120_000 * TIMES },
    async () => {
      const random = createRandom(1932);
      const molecule = [
        ...['name', '     x                 3D', 'note', '  3  2  0  0  0  0  0  0  0  0999 V2000'],
        ...[
          '    0.0000    1.0000    0.5000 C   0  0',
          '    1.5000    1.0000    0.2500 O   0  5',
          '    2.5000   -1.0000    0.1250 H   0  0',
        ],
        ...['  1  2  1  0', '  2  3  1  0', 'M  CHG  1   2   0', 'M  ISO  1   1  13', 'M  END'],
      ].join('\n');
      const sound = {
        mol: `${molecule}\n`,
        sdf: `${molecule}\n>  <A>\n1\n2\n\n>  <B> (3)\nx\n\n$$$$\n`.repeat(3),
        smi: 'CCO ethanol\nC1CCCCC1\tring\n# note\nc1ccccc1 |x|\n',
        csv: 'id,smiles,note\na,CCO,"x, ""y"""\nb,CCN,\n"c\nd",CCC,z\n',
        tsv: 'smiles\tname\nCCO\ta"b\nCCN\t\n',
      };
      const formats = ['sdf', 'smi', 'csv', 'tsv', 'mol'] as const;
      const damage = (bytes: Buffer): Buffer => {
        let left = Buffer.from(bytes);
        for (let times = 1 + random.integer(4); times > 0; times--) {
          const at = random.integer(left.length);
          const kind = random.integer(5);
          if (kind === 0) left = Buffer.from(left.subarray(0, at));
          else if (kind === 1) left[at] = random.integer(256);
          else if (kind === 2) left = Buffer.concat([left.subarray(0, at), left.subarray(at + random.integer(30))]);
          else if (kind === 3)
            left = Buffer.concat([
              left.subarray(0, at),
              Buffer.from(['1e999', '-1', '999', '"', '\0', '\r', '$$$$\n', '\ufeff', 'NaN'][random.integer(9)]),
              left.subarray(at),
            ]);
          else left = Buffer.concat([left.subarray(0, at), left.subarray(random.integer(at + 1))]);
          if (left.length === 0) break;
        }
        return left;
      };
      let [read, refused] = [0, 0];
      for (let i = 0; i < 1000 * TIMES; i++) {
        const format = formats[i % 5];
        const isZipped = i % 10 > 4;
        const text = Buffer.from(sound[format]);
        const place = file(`damaged.${format}`);
        writeFileSync(place, isZipped ? damage(gzipSync(text)) : damage(text));
        try {
          for await (const record of readMolecules(await openText(place), {
            format: format === 'mol' ? 'sdf' : format,
            file: 'damaged',
          })) {
            if (record.kind === 'error') refused++;
            else read++;
            if (record.kind === 'structure')
              expect(record.structure.coordinates?.every(Number.isFinite) ?? true).toBe(true);
          }
        } catch (error) {
          if (!(error instanceof InputError)) throw new Error(`damaged file ${i} of ${format}`, { cause: error });
          refused++;
        }
      }
      expect(read).toBeGreaterThan(500 * TIMES);
      expect(refused).toBeGreaterThan(200 * TIMES);
    },
  );
});

it('a model of a stranger is refused by name, within seconds and in words', async () => {
  const raw = readFileSync('models/molflow-fast.safetensors');
  const length = Number(raw.readBigUInt64LE(0));
  type Header = Record<string, { shape: number[]; data_offsets: number[] }> & { __metadata__: Record<string, string> };
  const edited = (change: (header: Header) => void): Buffer => {
    const header = JSON.parse(raw.subarray(8, 8 + length).toString()) as Header;
    change(header);
    const json = Buffer.from(JSON.stringify(header));
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([head, json, raw.subarray(8 + length)]);
  };
  const numbers = (names: string) => (header: Header) =>
    void (header.__metadata__['molflow'] = header.__metadata__['molflow'].replace(
      new RegExp(`"(${names})":\\d+`, 'g'),
      '"$1":1000000000',
    ));
  const [a, b] = Object.keys(JSON.parse(raw.subarray(8, 8 + length).toString()) as Header).filter(
    (name) => name !== '__metadata__',
  );
  const spoilt = Buffer.from(raw);
  spoilt.fill(0xff, spoilt.length - 4000);
  const models: Record<string, Buffer> = {
    layers: edited(numbers('layers')),
    steps: edited(numbers('steps|noises|candidates')),
    overlap: edited((header) => void (header[b].data_offsets = header[a].data_offsets)),
    negative: edited((header) => void (header[a].shape = header[a].shape.map((size) => -size))),
    'not-a-number': spoilt,
  };
  for (const [name, bytes] of Object.entries(models)) {
    writeFileSync(file(`${name}.safetensors`), bytes);
    const args = [
      'generate',
      '--smiles',
      'CCO',
      '-n',
      '1',
      '--model',
      file(`${name}.safetensors`),
      '--out',
      file('m.sdf'),
    ];
    const { code, text } = await molflow(args);
    expect([name, code]).toEqual([name, 1]);
    expect(text).toContain(`${name}.safetensors`);
    expect(text).not.toMatch(RAW_ERROR);
  }
});
