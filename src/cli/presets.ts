/** Flags of molflow generate that go together for a purpose: what each preset sets. docs/command.md says why. */

export const PRESETS = {
  /** A few low, clean shapes to start from: docking programs turn the bonds themselves, but no rings. */
  docking: { 'num-confs': 10, rmsd: 0.5, optimize: 'mmff94s', 'energy-window': 10 },
  /** Shapes as different as they come, strained ones that a protein may hold among them. */
  pharmacophore: { 'num-confs': 100, rmsd: 0.5, 'energy-window': 20, thorough: true },
  /** All low minima: what is populated at room temperature decides. */
  spectroscopy: { 'num-confs': 200, rmsd: 0.1, optimize: 'mmff94s', 'energy-window': 6, thorough: true },
  /** Samples of the model's own distribution, nothing dropped or relaxed, energies beside. */
  ml: { 'num-confs': 20, plain: true, energies: true },
  /** One shape of each molecule of a large library. */
  rapid: { 'num-confs': 1, fast: true },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

export type Preset = keyof typeof PRESETS;
