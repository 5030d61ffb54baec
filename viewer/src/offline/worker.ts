/**
 * The service worker of a static build: it keeps the files of the page, so that it works without a network. Built to
 * offline.js; its address tells the version of the build, and offline.json which files they are.
 */

interface Extendable extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceWorkerScope {
  readonly location: Location;
  readonly caches: CacheStorage;
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
}

const worker = globalThis as unknown as ServiceWorkerScope;
const { scope } = worker.registration;
/** Other builds on the same host have other scopes. */
const own = `molflow ${scope} `;
const current = own + new URL(worker.location.href).search;

async function keep(): Promise<void> {
  const listed = await fetch(new URL('offline.json', scope), { cache: 'no-cache' });
  const { files } = (await listed.json()) as { files: readonly string[] };
  const cache = await worker.caches.open(current);
  await cache.addAll(files.map((file) => new URL(file, scope).href));
  await worker.skipWaiting();
}

async function dropOthers(): Promise<void> {
  for (const name of await worker.caches.keys())
    if (name.startsWith(own) && name !== current) await worker.caches.delete(name);
  await worker.clients.claim();
}

/** The page itself comes from the network while there is one, so that a new build is seen. */
async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await worker.caches.open(current)).match(scope);
    if (!kept) throw error;
    return kept;
  }
}

async function asset(request: Request): Promise<Response> {
  return (await (await worker.caches.open(current)).match(request)) ?? fetch(request);
}

worker.addEventListener('install', (event) => event.waitUntil(keep()));
worker.addEventListener('activate', (event) => event.waitUntil(dropOthers()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  const root = new URL(scope);
  if (request.method !== 'GET' || origin !== root.origin || !pathname.startsWith(root.pathname)) return;
  const path = pathname.slice(root.pathname.length);
  if (path === '' || path === 'index.html') event.respondWith(page(request));
  else if (path.startsWith('assets/') || path === 'molflow-viewer.js') event.respondWith(asset(request));
});
