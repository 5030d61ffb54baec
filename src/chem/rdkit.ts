/** Loads RDKit (compiled to WebAssembly) once, and lends out its molecules so that each is freed. */
import initRDKit from '@rdkit/rdkit';

/** The part of RDKit's molecule that this library calls; the object lives in wasm memory until `delete()`. */
export interface RDKitMol {
  get_smiles(details?: string): string;
  get_json(): string;
  get_stereo_tags(): string;
  get_num_atoms(): number;
  get_svg_with_highlights(details: string): string;
  /** Places the atoms in the plane. */
  set_new_coords(): boolean;
  get_v3Kmolblock(): string;
  add_hs_in_place(): boolean;
  get_substruct_match(query: RDKitMol, details?: string): string;
  get_substruct_matches(query: RDKitMol, details?: string): string;
  get_frags(): { molList: RDKitMolList; mappings: string };
  delete(): void;
}

export interface RDKitMolList {
  at(index: number): RDKitMol | null;
  append(mol: RDKitMol): number;
  size(): number;
  delete(): void;
}

interface RDKitLog {
  get_buffer(): string;
  clear_buffer(): void;
}

/** The part of the RDKit module that this library calls. */
export interface RDKitModule {
  version(): string;
  get_mol(input: string, details?: string): RDKitMol | null;
  get_qmol(input: string): RDKitMol | null;
  get_mcs_as_smarts(list: RDKitMolList, details: string): string;
  readonly MolList: new () => RDKitMolList;
  use_legacy_stereo_perception(value: boolean): boolean;
  allow_non_tetrahedral_chirality(value: boolean): boolean;
  set_log_capture(channel: string): RDKitLog | null;
}

interface ModuleOptions {
  locateFile?: ((file: string) => string) | undefined;
  print: (line: string) => void;
  printErr: (line: string) => void;
}

let loading: Promise<RDKitModule> | undefined;
const logs = new WeakMap<RDKitModule, RDKitLog>();

/**
 * RDKit, loaded on the first call and shared by all later ones. In a browser, `locateFile` says where
 * `RDKit_minimal.wasm` lies; Node finds it by itself.
 *
 * Stereochemistry is perceived by RDKit's current algorithm, not by its legacy one (which loses E/Z in JSON), and only
 * where it is tetrahedral: otherwise it finds a class such as `@OH19` in every octahedron, SF6 included.
 */
export function loadRDKit({
  locateFile,
}: { locateFile?: ((file: string) => string) | undefined } = {}): Promise<RDKitModule> {
  loading ??= startRDKit(locateFile).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function startRDKit(locateFile: ((file: string) => string) | undefined): Promise<RDKitModule> {
  // The package types its default export as the module, though it is the function that makes one.
  const init = initRDKit as unknown as (options: ModuleOptions) => Promise<RDKitModule>;
  const silent = (): void => undefined;
  const rdkit = await init({ ...(locateFile && { locateFile }), print: silent, printErr: silent });
  rdkit.use_legacy_stereo_perception(false);
  rdkit.allow_non_tetrahedral_chirality(false);
  const log = rdkit.set_log_capture('rdApp.error');
  if (log) logs.set(rdkit, log);
  return rdkit;
}

/** What RDKit gave as the reason of its failures since the last `clearReason`, on one line; empty if nothing. */
export function failureReason(rdkit: RDKitModule): string {
  const lines = (logs.get(rdkit)?.get_buffer() ?? '')
    .split('\n')
    .map((line) => line.replace(/^\[\d\d:\d\d:\d\d\] /, '').trim())
    // The parser repeats the whole input and draws a caret below it; a message has no room for that.
    .filter(
      (line) => /[a-z]{2}.* /i.test(line) && !/^SMILES Parse Error: (check for mistakes|Failed parsing)/.test(line),
    );
  return lines.join('; ').replaceAll('SMILES Parse Error: ', '');
}

export function clearReason(rdkit: RDKitModule): void {
  logs.get(rdkit)?.clear_buffer();
}

/**
 * Parses `input` (SMILES, molblock or RDKit JSON), lends the molecule to `use` and frees it on every path.
 * `use` gets null where RDKit cannot read the input; `failureReason` then says why.
 */
export function withMol<T>(
  rdkit: RDKitModule,
  input: string,
  use: (mol: RDKitMol | null) => T,
  { details = '{}' }: { details?: string | undefined } = {},
): T {
  clearReason(rdkit);
  const mol = rdkit.get_mol(input, details);
  try {
    return use(mol);
  } finally {
    mol?.delete();
  }
}
