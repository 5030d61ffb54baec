/** What `<molflow-viewer>` and the viewer's page in its frame say to each other. Both are of one origin; others are not heard. */

export const DRAW_STYLES = ['ball', 'stick', 'sphere', 'surface'] as const;
export type ViewerDrawStyle = (typeof DRAW_STYLES)[number];

/** All controls of the page, those of playback, or the molecule alone. */
export const CONTROLS = ['all', 'playback', 'none'] as const;
export type ViewerControls = (typeof CONTROLS)[number];

/** What the page shows. */
export interface ShownMolecule {
  readonly name: string;
  readonly atoms: number;
  readonly conformers: number;
  /** Index of the conformer that is shown. */
  readonly conformer: number;
}

export type ToPage =
  /** Said when the page has loaded; it answers `ready`. */
  | { readonly molflow: 'hello' }
  | { readonly molflow: 'open'; readonly name: string; readonly content: Blob }
  /** Parameters as the address of the page has them: smiles, count, seed, quality, optimize, phase. */
  | { readonly molflow: 'generate'; readonly request: Readonly<Record<string, string>> }
  | { readonly molflow: 'look'; readonly drawStyle?: ViewerDrawStyle | undefined; readonly controls: ViewerControls }
  /** Answered on the port that comes with it: all conformers as SDF; empty where nothing is shown. */
  | { readonly molflow: 'sdf' };

export type FromPage =
  | { readonly molflow: 'ready' }
  | { readonly molflow: 'shown'; readonly molecule: ShownMolecule }
  | { readonly molflow: 'problem'; readonly message: string };

export function isMessage(data: unknown): data is { readonly molflow: string } {
  return typeof data === 'object' && data !== null && typeof (data as { molflow?: unknown }).molflow === 'string';
}

export function oneOf<T extends string>(list: readonly T[], value: string | null): T | undefined {
  return list.find((one) => one === value);
}
