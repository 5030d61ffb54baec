/** The page's state: one plain object, changed here alone, watched by the parts that show it. */
import type { DrawStyle } from './view/scene.js';

export type Arrangement = 'one' | 'overlay' | 'grid';
export type LabelKind = 'none' | 'element' | 'number';
export type ThemeChoice = 'system' | 'light' | 'dark';

export interface State {
  readonly style: DrawStyle;
  readonly arrangement: Arrangement;
  readonly hydrogens: boolean;
  readonly labels: LabelKind;
  readonly stereo: boolean;
  readonly colour: 'element' | 'conformer';
  readonly smooth: boolean;
  readonly loop: boolean;
  readonly speed: number;
  readonly theme: ThemeChoice;
  readonly playing: boolean;
  /** Position on the timeline. */
  readonly position: number;
  /** Index of the molecule shown; −1 while there is none. */
  readonly entry: number;
  /** Index of the chosen conformer: the one that is measured. */
  readonly active: number;
  /** Ticked conformers, for the overlay, the grid and “Ticked, SDF”: all, later ones too, until one is unticked. */
  readonly shown: readonly number[] | 'all';
  /** Conformers in the order of the table. */
  readonly order: readonly number[];
  /** Whether the reference is drawn with the conformers. */
  readonly reference: boolean;
  /** The atom that the pointer is at, in either drawing; −1 for none. */
  readonly pointed: number;
  /** Atoms marked by clicks, ascending. */
  readonly marked: readonly number[];
  /** Atoms picked for a measurement that is not complete. */
  readonly picked: readonly number[];
  readonly measuring: boolean;
  /** Completed measurements: two, three or four atoms each. */
  readonly measurements: readonly (readonly number[])[];
}

export const INITIAL: State = {
  style: 'ball',
  arrangement: 'one',
  hydrogens: true,
  labels: 'none',
  stereo: true,
  colour: 'element',
  smooth: true,
  loop: false,
  speed: 1,
  theme: 'system',
  playing: false,
  position: 0,
  entry: -1,
  active: 0,
  shown: 'all',
  order: [],
  reference: true,
  pointed: -1,
  marked: [],
  picked: [],
  measuring: false,
  measurements: [],
};

export interface Store {
  get(): State;
  set(change: Partial<State>): void;
  /** Calls `listener` after changes of any of `keys`; without keys, after every change. */
  watch(keys: readonly (keyof State)[], listener: (state: State) => void): void;
}

export function createStore(): Store {
  let state = INITIAL;
  const listeners: { keys: readonly (keyof State)[]; listener: (state: State) => void }[] = [];
  return {
    get: () => state,
    set(change) {
      const before = state;
      const changed = (Object.keys(change) as (keyof State)[]).filter((key) => !Object.is(before[key], change[key]));
      if (changed.length === 0) return;
      state = { ...state, ...change };
      for (const { keys, listener } of [...listeners]) {
        if (keys.length === 0 || keys.some((key) => changed.includes(key))) listener(state);
      }
    },
    watch(keys, listener) {
      listeners.push({ keys, listener });
    },
  };
}
