/** The state of the page as the fragment of its address, so that a link brings the view back. */
import { readRequest, requestText, type GenerationRequest } from './generate/request.js';
import { INITIAL, type State } from './store.js';
import type { Camera } from './view/scene.js';

/** Files smaller than this travel inside the link (compressed size in characters). */
const MAX_EMBEDDED = 40_000;

export interface Linked {
  readonly state: Partial<State>;
  readonly camera?: Camera | undefined;
  /** Address of a file on the same server. */
  readonly open?: readonly string[] | undefined;
  readonly smiles?: GenerationRequest | undefined;
  /** A file that travels in the link. */
  readonly file?: { readonly name: string; readonly text: string } | undefined;
  /** Name of a file from the user's disk that was too large to travel along. */
  readonly missing?: string | undefined;
}

const KEPT = [
  'style',
  'arrangement',
  'hydrogens',
  'labels',
  'stereo',
  'colour',
  'smooth',
  'loop',
  'speed',
  'position',
  'entry',
  'active',
  'shown',
  'measurements',
  'reference',
] as const;

/** Checks the form of a value that was read from a link, which can hold anything. */
const CHECKS: { readonly [K in (typeof KEPT)[number]]: (value: unknown) => boolean } = {
  style: oneOf('ball', 'stick', 'sphere', 'surface'),
  arrangement: oneOf('one', 'overlay', 'grid'),
  labels: oneOf('none', 'element', 'number'),
  colour: oneOf('element', 'conformer'),
  hydrogens: isBoolean,
  stereo: isBoolean,
  smooth: isBoolean,
  loop: isBoolean,
  speed: oneOf(0.25, 0.5, 1, 2, 4),
  position: (value) => typeof value === 'number' && value >= 0 && value < 10,
  entry: isIndex,
  active: isIndex,
  shown: (value) => value === 'all' || isIndices(value),
  reference: isBoolean,
  measurements: (value) =>
    Array.isArray(value) &&
    value.length < 100 &&
    value.every((one) => isIndices(one) && [2, 3, 4].includes((one as unknown[]).length)),
};

function oneOf(...values: unknown[]): (value: unknown) => boolean {
  return (value) => values.includes(value);
}
function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}
function isIndex(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1e6;
}
function isIndices(value: unknown): boolean {
  return Array.isArray(value) && value.every(isIndex);
}

/** Fragment for a link; `embedded` false where the file was too large to travel in it. */
export async function fragmentOf({
  state,
  camera,
  open,
  smiles,
  file,
}: Omit<Linked, 'file'> & {
  /** Without text where it is too large for any link. */
  readonly file?: { readonly name: string; readonly text?: string | undefined } | undefined;
}): Promise<{ fragment: string; embedded: boolean }> {
  const changed: Record<string, unknown> = {};
  for (const key of KEPT) if (JSON.stringify(state[key]) !== JSON.stringify(INITIAL[key])) changed[key] = state[key];
  // A molecule at rest is at its last frame. Only a link with a camera keeps the position on the timeline.
  delete changed['position'];
  if (camera && state.position !== undefined) changed['position'] = Math.round(state.position * 1e4) / 1e4;
  if (changed['entry'] === 0) delete changed['entry'];
  // The fragment is kept short and legible.
  if (smiles && !camera && Object.keys(changed).length === 0)
    return { fragment: `#${requestText(smiles)}`, embedded: true };
  const parts: Record<string, unknown> = { v: 1, state: changed, camera, open, smiles };
  if (!file) return { fragment: `#${encodeURIComponent(JSON.stringify(parts))}`, embedded: true };
  const packed = file.text === undefined ? '' : await pack(JSON.stringify({ ...parts, file }));
  if (packed === '' || packed.length > MAX_EMBEDDED)
    return { fragment: `#${encodeURIComponent(JSON.stringify({ ...parts, missing: file.name }))}`, embedded: false };
  return { fragment: `#z${packed}`, embedded: true };
}

/** Reads a fragment; empty where it holds nothing usable. */
export async function readFragment(fragment: string): Promise<Linked> {
  const text = fragment.replace(/^#/, '');
  if (text === '') return { state: {} };
  if (text.startsWith('smiles=')) return { state: {}, smiles: readRequest(new URLSearchParams(text)) };
  let parts: unknown;
  try {
    parts = JSON.parse(text.startsWith('z') ? await unpack(text.slice(1)) : decodeURIComponent(text));
  } catch {
    return { state: {} };
  }
  if (!isRecord(parts)) return { state: {} };
  const state: Record<string, unknown> = {};
  const given = isRecord(parts['state']) ? parts['state'] : {};
  for (const key of KEPT) if (key in given && CHECKS[key](given[key])) state[key] = given[key];
  const { camera, open, smiles, file, missing } = parts;
  return {
    state,
    camera:
      Array.isArray(camera) && camera.length >= 8 && camera.every((value) => Number.isFinite(value))
        ? (camera as number[])
        : undefined,
    open: Array.isArray(open) ? open.filter((one): one is string => typeof one === 'string') : undefined,
    smiles: isRecord(smiles)
      ? readRequest(
          new URLSearchParams(
            Object.entries(smiles).map(([key, value]) => [key === 'text' ? 'smiles' : key, String(value)]),
          ),
        )
      : undefined,
    missing: typeof missing === 'string' ? missing : undefined,
    file:
      isRecord(file) && typeof file['name'] === 'string' && typeof file['text'] === 'string'
        ? { name: file['name'], text: file['text'] }
        : undefined,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function pack(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

async function unpack(text: string): Promise<string> {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text();
}
