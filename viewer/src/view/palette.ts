/** Colours of elements and of conformers, in both themes. */
import { elementColors } from '3dmol';
import { elementSymbol } from '../../../src/chem/elements.js';

export type Theme = 'light' | 'dark';

const OWN: Record<Theme, Record<string, string>> = {
  light: {
    H: '#ffffff',
    C: '#6b7580',
    N: '#3b64e8',
    O: '#e0312a',
    F: '#5fb33b',
    Cl: '#2fa84f',
    Br: '#a5452f',
    I: '#8437a8',
    S: '#e3b81f',
    P: '#f08a24',
    B: '#e79a86',
    Si: '#c9a376',
  },
  dark: {
    H: '#eef1f4',
    C: '#8f99a5',
    N: '#5b82ff',
    O: '#ff4c43',
    F: '#8fdc63',
    Cl: '#48cf6d',
    Br: '#c9604a',
    I: '#a95fd0',
    S: '#f4cf3c',
    P: '#ff9d3b',
    B: '#f3b09f',
    Si: '#d9b78c',
  },
};

/** Carbons of the reference. */
export const REFERENCE_COLOUR = '#c0309a';

/** Colours of conformers in turn, distinct for the colour-blind too (after Okabe and Ito). */
const CONFORMERS = ['#0f8a8a', '#d9782b', '#5b6ee1', '#b2467f', '#7a9a1f', '#c4a000', '#3a9ad9', '#9c5a3c'];

export const BACKGROUND: Record<Theme, string> = { light: '#eef2f5', dark: '#10161c' };

export function elementColour(element: number, theme: Theme): string {
  const symbol = elementSymbol(element);
  const known = OWN[theme][symbol];
  if (known !== undefined) return known;
  const jmol = (elementColors.Jmol as Record<string, string | number>)[symbol] ?? 0xff1493;
  return typeof jmol === 'number' ? `#${jmol.toString(16).padStart(6, '0')}` : jmol;
}

export function conformerColour(index: number): string {
  return CONFORMERS[index % CONFORMERS.length];
}
