/** The server behind `molflow view`: what it gives to whom. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { frameAncestors } from '../../src/cli/view/policy.js';
import { startViewerServer } from '../../src/cli/view/server.js';
import { writeStaticViewer } from '../../src/cli/view/static.js';
import { buildViewer, viewerFolder } from './built-viewer.js';

vi.setConfig({ testTimeout: 600_000 });

describe('the server of molflow view', () => {
  it('serves the files given and nothing else, to this machine alone', async () => {
    await buildViewer();
    const folder = await mkdtemp(join(tmpdir(), 'molflow-server-'));
    const file = join(folder, 'a & b.sdf');
    await writeFile(file, 'content');
    const server = await startViewerServer({ folder: viewerFolder, files: [file] });
    try {
      const { origin } = new URL(server.address);
      const index = await fetch(server.address);
      expect(index.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';.*frame-ancestors 'none'$/,
      );
      expect(index.headers.get('x-content-type-options')).toBe('nosniff');
      const given = new URL(server.address).searchParams.get('open')!;
      expect(await (await fetch(`${origin}/${given}`)).text()).toBe('content');
      expect((await fetch(`${origin}/`, { redirect: 'manual' })).headers.get('location')).toContain('open=');
      expect((await fetch(`${origin}/assets/RDKit_minimal.wasm`)).headers.get('content-type')).toBe('application/wasm');
      for (const path of [
        '/..%2f..%2fpackage.json',
        '/%2e%2e/package.json',
        '/files/1/x',
        '/files/0',
        '/nothing',
        '/assets',
        '/%00',
      ]) {
        expect((await fetch(origin + path)).status, path).toBe(404);
      }
      expect((await fetch(`${origin}/%E0%A4%A`)).status).toBe(400);
      expect((await fetch(server.address, { method: 'POST' })).status).toBe(405);
      const { request } = await import('node:http');
      const status = await new Promise<number | undefined>((resolve) => {
        request(origin, { headers: { host: 'evil.example' } }, (response) => resolve(response.statusCode)).end();
      });
      expect(status).toBe(403);
    } finally {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('lets the pages into which it is told to be framed, and no others', async () => {
    await buildViewer();
    const ancestors = frameAncestors('http://localhost:8888, https://*.example.org/,self');
    const server = await startViewerServer({ folder: viewerFolder, ancestors });
    try {
      expect((await fetch(server.address)).headers.get('content-security-policy')).toMatch(
        /; frame-ancestors http:\/\/localhost:8888 https:\/\/\*\.example\.org 'self'$/,
      );
    } finally {
      await server.close();
    }
    for (const text of ['*', 'http://*', '', 'localhost', "http://a.example; script-src 'none'", 'http://a.example/x'])
      expect(() => frameAncestors(text), text).toThrow(/is no origin/);
  });

  it('is written as files for any web server, with those that the package has elsewhere', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'molflow-static-'));
    try {
      // As in the package: its large files are left out.
      const packed = join(folder, 'packed');
      await mkdir(join(packed, 'assets'), { recursive: true });
      for (const name of ['index.html', 'molflow-viewer.js', 'page.html', 'assets/index.js'])
        await writeFile(join(packed, name), name);
      const to = join(folder, 'site');
      for (const _again of [false, true]) {
        await writeStaticViewer({ folder: packed, to, quality: 0 });
        expect((await readdir(to)).sort()).toEqual(['assets', 'index.html', 'molflow-viewer.js', 'offline.json']);
      }
      expect((await readdir(join(to, 'assets'))).sort()).toEqual([
        'RDKit_minimal.wasm',
        'RDKit_minimal.wasm.br',
        'index.js',
        'molflow-base.safetensors',
        'molflow-base.safetensors.split.br',
        'molflow-fast.safetensors',
        'molflow-fast.safetensors.split.br',
        'ort-wasm-simd-threaded.asyncify.wasm',
        'ort-wasm-simd-threaded.wasm',
        'ort-wasm-simd-threaded.wasm.br',
      ]);
      expect((await stat(join(to, 'assets', 'RDKit_minimal.wasm'))).size).toBeGreaterThan(1e6);
      await writeFile(join(folder, 'mine.html'), '');
      await expect(writeStaticViewer({ folder: packed, to: folder })).rejects.toThrow(/holds other files already/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('says what it cannot open', async () => {
    await buildViewer();
    await expect(startViewerServer({ folder: viewerFolder, files: ['/nowhere/x.sdf'] })).rejects.toThrow(
      '/nowhere/x.sdf cannot be opened: there is no such file.',
    );
    await expect(startViewerServer({ folder: '/nowhere' })).rejects.toThrow(/viewer is not built/);
    const first = await startViewerServer({ folder: viewerFolder });
    try {
      await expect(
        startViewerServer({ folder: viewerFolder, port: Number(new URL(first.address).port) }),
      ).rejects.toThrow(/another program uses it/);
    } finally {
      await first.close();
    }
  });
});
