/** Serves the built viewer and the files given to it, on the loopback address alone. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { largeFile } from './large-files.js';
import { contentPolicy } from './policy.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

type Headers = Readonly<Record<string, string>>;

/** Isolation from other hosts; it also gives the page's workers shared memory. */
const headersFor = (ancestors: string): Headers => ({
  'Content-Security-Policy': `${contentPolicy()}; frame-ancestors ${ancestors}`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
});

export interface ViewerServer {
  /** Address of the page with the files opened. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Starts the server.
 * @param options.folder the built viewer
 * @param options.files molecule files, opened by the page; they are read when the page asks for them
 * @param options.references files of reference conformers to compare with
 * @param options.port 0 takes any free one
 * @param options.ancestors pages that may show it in a frame, as `frameAncestors` reads them; none by default
 * @throws Error where a file cannot be read, the viewer is not built, or the port is taken
 */
export async function startViewerServer({
  folder,
  files = [],
  references = [],
  port = 0,
  ancestors = "'none'",
}: {
  readonly folder: string;
  readonly files?: readonly string[];
  readonly references?: readonly string[];
  readonly port?: number;
  readonly ancestors?: string | undefined;
}): Promise<ViewerServer> {
  await requireBuilt(join(folder, 'index.html'));
  const served = [...files, ...references];
  await Promise.all(served.map(requireReadable));
  const paths = served.map((file, index): string => `files/${index}/${encodeURIComponent(basename(file))}`);
  const query = new URLSearchParams([
    ...paths.map((path, index) => [index < files.length ? 'open' : 'reference', path]),
  ]);
  const entry = served.length > 0 ? `/?${query.toString()}` : '/';

  const headers = headersFor(ancestors);
  const server = createServer((request, response) => {
    void answer(request, response, { folder, served, entry, headers }).catch(() => {
      if (!response.headersSent) response.writeHead(500, headers);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? 'another program uses it'
          : error.code === 'EACCES'
            ? 'it needs more rights'
            : error.message;
      reject(new Error(`Port ${port} cannot be opened: ${reason}. Give another with --port, or 0 for any free one.`));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    address: `http://127.0.0.1:${bound}${entry}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  {
    folder,
    served,
    entry,
    headers,
  }: {
    readonly folder: string;
    readonly served: readonly string[];
    readonly entry: string;
    readonly headers: Headers;
  },
): Promise<void> {
  const refuse = (status: number): void => {
    response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${status}\n`);
  };
  // A page of another host may point its own name at this address; it must not read the files.
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')) return refuse(403);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname === '/' && url.search === '' && entry !== '/') {
    response.writeHead(302, { ...headers, Location: entry }).end();
    return;
  }
  let file: string | undefined;
  const index = /^\/files\/(\d+)\//.exec(url.pathname)?.[1];
  if (index !== undefined) file = served[Number(index)];
  else {
    let wanted: string;
    try {
      wanted = decodeURIComponent(url.pathname);
    } catch {
      return refuse(400);
    }
    const inside = normalize(join(folder, wanted === '/' ? 'index.html' : wanted));
    if (inside.startsWith(normalize(folder + sep)) && !wanted.includes('\0')) file = inside;
  }
  let found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  if (file !== undefined && index === undefined && !found) {
    file = largeFile(basename(file));
    found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  }
  if (file === undefined || !found?.isFile()) return refuse(404);
  const type = index === undefined ? TYPES[extname(file)] : undefined;
  response.writeHead(200, {
    ...headers,
    'Content-Type': type ?? 'application/octet-stream',
    'Content-Length': found.size,
  });
  if (request.method === 'HEAD') response.end();
  else pipeline(createReadStream(file), response, () => undefined);
}

async function requireReadable(file: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${file} cannot be opened: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}.`);
  });
  if (!found.isFile())
    throw new Error(`${file} is not a file. Give SDF, MOL, MOL2, CIF, PDB or XYZ files, or lists of SMILES.`);
}

/** @throws Error where the viewer has not been built */
export async function requireBuilt(file: string): Promise<void> {
  await stat(file).catch(() => {
    throw new Error(
      `The viewer is not built: ${file} is missing. In a clone of the project, run “npm run build:viewer”.`,
    );
  });
}
