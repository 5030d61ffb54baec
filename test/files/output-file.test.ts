/** How files are written: beside the target until they are whole, one run at a time, and never over what was not meant. */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openOutputFile, writeWholeFile } from '../../src/files/output-file.js';
import { OutputError } from '../../src/files/output-error.js';

const folder = mkdtempSync(path.join(tmpdir(), 'molflow-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);
const text = (name: string) => readFileSync(at(name), 'utf8');

describe('a file', () => {
  it('stays as it was until the new one is whole, then is replaced with its mode', async () => {
    writeFileSync(at('a'), 'before', { mode: 0o640 });
    const file = await openOutputFile(at('a'));
    await file.write('after');
    expect([text('a'), text('a.part')]).toEqual(['before', 'after']);
    await file.finish();
    await file.close();
    expect([text('a'), existsSync(at('a.part')), existsSync(at('a.lock'))]).toEqual(['after', false, false]);
    expect(statSync(at('a')).mode & 0o777).toBe(0o640);
  });

  it('and a pipe or device too, say how much was written, so that a table has one header', async () => {
    for (const name of [at('counted'), '/dev/null']) {
      const file = await openOutputFile(name);
      await file.write('a row');
      await file.mark();
      expect(file.marked).toBe(5);
      await file.close();
    }
    rmSync(at('counted.part'));
  });

  it('that is left unfinished is never overwritten unasked', async () => {
    const first = await openOutputFile(at('b'));
    await first.write('half');
    await first.close();
    expect([existsSync(at('b')), text('b.part')]).toEqual([false, 'half']);
    await expect(openOutputFile(at('b'))).rejects.toThrow(/b\.part; --resume goes on with it, --force begins anew/);
    const resumed = await openOutputFile(at('b'), { resume: true });
    await resumed.write(' and half');
    await resumed.finish();
    await resumed.close();
    expect(text('b')).toBe('half and half');
  });

  it('is kept where nothing comes to be written, and by --no-clobber', async () => {
    writeFileSync(at('c'), 'before');
    const file = await openOutputFile(at('c'));
    await file.finish();
    await file.close();
    expect([text('c'), existsSync(at('c.part'))]).toEqual(['before', false]);
    await expect(openOutputFile(at('c'), { clobber: false })).rejects.toThrow(/--no-clobber/);
    const late = await openOutputFile(at('late'), { clobber: false });
    await late.write('mine');
    writeFileSync(at('late'), 'of another');
    await expect(late.finish()).rejects.toThrow(/come into being meanwhile.*late\.part/);
    await late.close();
    expect([text('late'), text('late.part')]).toEqual(['of another', 'mine']);
  });

  it('behind a symbolic link is replaced, and the link stays', async () => {
    mkdirSync(at('far'));
    writeFileSync(at('far/real'), 'before');
    symlinkSync('far/real', at('link'));
    symlinkSync('far/new', at('dangling'));
    for (const name of ['link', 'dangling']) {
      await writeWholeFile(at(name), 'after');
      expect(lstatSync(at(name)).isSymbolicLink()).toBe(true);
      expect(text(name)).toBe('after');
    }
    expect(text('far/real')).toBe('after');
  });

  it('is written by one run at a time; the lock of a process that is gone is taken over', async () => {
    const program = `
      import { openOutputFile } from ${JSON.stringify(path.resolve('dist/files/output-file.js'))};
      const file = await openOutputFile(${JSON.stringify(at('d'))});
      await file.write('one');
      process.stdout.write('open');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await expect(openOutputFile(at('d'), { force: true })).rejects.toThrow(
      new RegExp(`Process ${child.pid} .*writes it at this moment`),
    );
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const file = await openOutputFile(at('d'), { force: true });
    await file.finish();
    await file.close();
    // A lock of this host and number, but of a process that began at another time: the number was given again.
    writeFileSync(at('e.lock'), JSON.stringify({ ...JSON.parse(lockText()), began: 'before the last boot' }));
    await writeWholeFile(at('e'), 'mine');
    expect([text('e'), existsSync(at('e.lock'))]).toEqual(['mine', false]);
    function lockText(): string {
      return JSON.stringify({ pid: process.pid, host: spawnSync('hostname').stdout.toString().trim(), began: '' });
    }
  });

  it('that vanishes or is cut by someone else while it is written is an error, at once', async () => {
    const gone = await openOutputFile(at('gone'));
    await gone.write('some');
    rmSync(at('gone.part'));
    await expect(gone.mark()).rejects.toThrow(/was removed while it was written/);
    await gone.close();
    const cut = await openOutputFile(at('cut'));
    await cut.write('some more');
    truncateSync(at('cut.part'), 3);
    await expect(cut.mark()).rejects.toThrow(/was changed while it was written: it has 3 bytes/);
    await cut.close();
    mkdirSync(at('folder'));
    const lost = await openOutputFile(at('folder/x'));
    await lost.write('some');
    rmSync(at('folder'), { recursive: true });
    await expect(lost.finish()).rejects.toThrow(OutputError);
    await lost.close();
  });

  it('of gzip is a member a write, and whole also where it is empty', async () => {
    const file = await openOutputFile(at('f.gz'));
    await file.write('one ');
    await file.write('two');
    await file.finish();
    await file.close();
    expect(gunzipSync(readFileSync(at('f.gz'))).toString()).toBe('one two');
    await writeWholeFile(at('empty.gz'), '');
    expect(gunzipSync(readFileSync(at('empty.gz'))).length).toBe(0);
  });
});

describe('what is no file', () => {
  it('is written as it is: a pipe, a device', async () => {
    spawnSync('mkfifo', [at('pipe')]);
    const reader = spawn('cat', [at('pipe')], { stdio: ['ignore', 'pipe', 'inherit'] });
    let got = '';
    reader.stdout.on('data', (data: Buffer) => (got += data.toString()));
    const pipe = await openOutputFile(at('pipe'));
    await pipe.write('through');
    await pipe.finish();
    await pipe.close();
    await new Promise((resolve) => reader.once('close', resolve));
    expect([got, lstatSync(at('pipe')).isFIFO()]).toEqual(['through', true]);
    symlinkSync('/dev/null', at('null'));
    for (const name of ['/dev/null', at('null')]) await writeWholeFile(name, 'nothing');
    // A file that others write to as well keeps what they wrote.
    symlinkSync('/dev/stdout', at('stdout'));
    const program = `
      import { writeWholeFile } from ${JSON.stringify(path.resolve('dist/files/output-file.js'))};
      for (const name of ['-', '/dev/stdout', ${JSON.stringify(at('stdout'))}]) await writeWholeFile(name, 'more ');`;
    const shell = `(echo first; "$0" --input-type=module -e "$1"; echo last) > "$2"; "$0" --input-type=module -e "$1" | cat >> "$2"`;
    spawnSync('sh', ['-c', shell, process.execPath, program, at('shared')], { stdio: 'inherit' });
    expect(text('shared')).toBe('first\nmore more more last\nmore more more ');
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it.skipIf(!existsSync('/dev/full'))('tells of a full disk', async () => {
    await expect(writeWholeFile('/dev/full', 'some')).rejects.toThrow(/\/dev\/full: the disk is full/);
  });
});
