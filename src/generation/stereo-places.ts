/** Names of the places whose stereo may be wrong, in words. Atoms are numbered as in the input. */

export const handOfCentre = (atom: number): string => `the hand of atom ${atom}`;
export const handOfAxis = (a: number, b: number): string => `the hand of the axis from atom ${a} to atom ${b}`;
export const sideOfBond = (a: number, b: number): string => `${SIDE} ${a}=${b}`;

const SIDE = 'the side at double bond';

/** Whether a place, in words, is a double bond. */
export const isSideOfBond = (place: string): boolean => place.startsWith(SIDE);
