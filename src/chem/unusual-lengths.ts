/**
 * Bonds much longer or shorter than others of their kind, since lone pairs reach into them or repel one another
 * (F–O–O–F, nitrosyl halides, N2O4, trihalides): published lengths. GFN2-xTB, which ensembles are made with, gives most of them as
 * usual ones, and so does a network trained on it; draws that are so are refused by these bounds.
 */
import type { Bond, Molecule } from './molecule.js';

export interface UnusualLength {
  /** What it is known from, for messages. */
  readonly name: string;
  /** Least and largest, Å. */
  readonly bounds: readonly [number, number];
}

interface Surroundings {
  readonly element: (atom: number) => number;
  readonly charge: (atom: number) => number;
  readonly neighbours: readonly (readonly number[])[];
  /** Whether a ring of three holds both. */
  readonly inThreeRing: (a: number, b: number) => boolean;
}

const HALOGENS = new Set([9, 17, 35, 53]);
const [N, O, F, S] = [7, 8, 9, 16];

/**
 * Å, from microwave and electron diffraction of gases as collected in Landolt-Börnstein II/7, II/15 and II/25, and in
 * Wells, Structural Inorganic Chemistry, 5th ed.; of ions from crystals (Wells). 0.05 Å and more to either side of the published ones.
 */
const KNOWN = {
  // O–O 1.217, O–F 1.575 (Jackson, J. Chem. Soc. 1962, 4585)
  difluoride: { name: 'O–O of F–O–O–F, 1.22 Å', bounds: [1.17, 1.27] },
  fluorideOfIt: { name: 'O–F of F–O–O–F, 1.58 Å', bounds: [1.52, 1.63] },
  // CF3OOF 1.366 and 1.449 (Marsden, DesMarteau and Bartell, Inorg. Chem. 1977, 16, 2359)
  fluoroperoxide: { name: 'O–O of F–O–O–R, 1.37 Å', bounds: [1.3, 1.42] },
  fluorideOfPeroxide: { name: 'O–F of F–O–O–R, 1.45 Å', bounds: [1.4, 1.51] },
  // FNO 1.512, ClNO 1.975, BrNO 2.140
  nitrosylFluoride: { name: 'N–F of a nitrosyl fluoride, 1.51 Å', bounds: [1.45, 1.58] },
  nitrosylChloride: { name: 'N–Cl of a nitrosyl chloride, 1.98 Å', bounds: [1.9, 2.04] },
  nitrosylBromide: { name: 'N–Br of a nitrosyl bromide, 2.14 Å', bounds: [2.06, 2.22] },
  // FNO2 1.467, ClNO2 1.843, BrNO2 2.012
  nitrylFluoride: { name: 'N–F of a nitryl fluoride, 1.47 Å', bounds: [1.41, 1.52] },
  nitrylChloride: { name: 'N–Cl of a nitryl chloride, 1.84 Å', bounds: [1.79, 1.9] },
  nitrylBromide: { name: 'N–Br of a nitryl bromide, 2.01 Å', bounds: [1.95, 2.08] },
  dinitrogenTetroxide: { name: 'N–N of N2O4, 1.78 Å', bounds: [1.7, 1.84] },
  dinitrogenTrioxide: { name: 'N–N of N2O3, 1.86 Å', bounds: [1.79, 1.93] },
  dinitrogenDioxide: { name: 'N–N of N2O2, 2.26 Å', bounds: [2.16, 2.36] },
  // N2O5 1.498, ClONO2 1.499, FONO2 1.507, BrONO2 1.456, HOONO2 1.511
  nitrate: { name: 'O–NO2 of a peroxy, halogen or nitrogen nitrate, 1.46 to 1.51 Å', bounds: [1.42, 1.56] },
  // CF3NO 1.55 to 1.57
  trihalonitroso: { name: 'C–N of a trihalonitrosomethane, 1.56 Å', bounds: [1.49, 1.62] },
  // CF3NO2 1.56, CCl3NO2 and CBr3NO2 1.59
  trihalonitro: { name: 'C–N of a trihalonitromethane, 1.56 to 1.59 Å', bounds: [1.5, 1.64] },
  tetrafluorohydrazine: { name: 'N–N of N2F4, 1.49 Å', bounds: [1.44, 1.55] },
  // 1.159 and 1.432
  trifluoramineOxide: { name: 'N–O of F3NO, 1.16 Å', bounds: [1.1, 1.22] },
  fluorideOfAmineOxide: { name: 'N–F of F3NO, 1.43 Å', bounds: [1.37, 1.49] },
  dithionite: { name: 'S–S of a dithionite, 2.39 Å', bounds: [2.28, 2.48] },
  disulfite: { name: 'S–S of a disulfite, 2.21 Å', bounds: [2.14, 2.28] },
  // FSSF 1.888, ClSSCl 1.931, BrSSBr 1.95 to 1.98
  disulfurDifluoride: { name: 'S–S of FSSF, 1.89 Å', bounds: [1.83, 1.95] },
  disulfurDichloride: { name: 'S–S of ClSSCl, 1.93 Å', bounds: [1.87, 1.99] },
  disulfurDibromide: { name: 'S–S of BrSSBr, 1.95 to 1.98 Å', bounds: [1.89, 2.04] },
  // H2CO2 1.516, F2CO2 1.578; GFN2-xTB 1.41
  dioxirane: { name: 'O–O of a dioxirane, 1.52 Å', bounds: [1.4, 1.64] },
} as const satisfies Readonly<Record<string, UnusualLength>>;

/** Of the middle atom of a trihalide ion, by both elements; I3− 2.92, Br3− 2.55, ICl2− 2.55, IBr2− 2.70, BrCl2− 2.4. */
const TRIHALIDES: Readonly<Record<string, readonly [number, number]>> = {
  '53 53': [2.78, 3.12],
  '35 35': [2.46, 2.7],
  '17 53': [2.45, 2.66],
  '35 53': [2.6, 2.82],
  '17 35': [2.3, 2.5],
  '17 17': [2.2, 2.4],
};

/** Length of a bond whose surroundings make it unlike others of its kind; undefined for all others. */
export function unusualLength(
  { atoms, rings }: Molecule,
  { a, b, order, aromatic }: Bond,
  neighbours: readonly (readonly number[])[],
): UnusualLength | undefined {
  if (aromatic || order !== 1) return undefined;
  const around: Surroundings = {
    element: (atom) => atoms[atom].element,
    charge: (atom) => atoms[atom].charge,
    neighbours,
    inThreeRing: (i, j) => rings.some((ring) => ring.length === 3 && ring.includes(i) && ring.includes(j)),
  };
  return lengthFrom(a, b, around) ?? lengthFrom(b, a, around);
}

function lengthFrom(a: number, b: number, around: Surroundings): UnusualLength | undefined {
  const { element, charge, neighbours, inThreeRing } = around;
  const others = (atom: number, but: number) => neighbours[atom].filter((next) => next !== but);
  const terminal = (atom: number, of: number) =>
    neighbours[atom].filter((next) => element(next) === of && neighbours[next].length === 1).length;
  const isNitroso = (atom: number) =>
    element(atom) === N && neighbours[atom].length === 2 && charge(atom) === 0 && terminal(atom, O) === 1;
  const isNitro = (atom: number) => element(atom) === N && neighbours[atom].length === 3 && terminal(atom, O) === 2;
  const [x, y] = [element(a), element(b)];
  const [ofA, ofB] = [others(a, b), others(b, a)];

  if (HALOGENS.has(x) && HALOGENS.has(y) && ofB.length === 1 && charge(b) === -1 && HALOGENS.has(element(ofB[0]))) {
    const pair = [x, y].sort((i, j) => i - j).join(' ');
    const bounds = TRIHALIDES[pair];
    if (pair in TRIHALIDES) return { name: `bond of a trihalide ion, ${bounds.join(' to ')} Å`, bounds };
  }
  if (x === O && y === O && ofA.length === 1 && ofB.length === 1) {
    if (inThreeRing(a, b)) return KNOWN.dioxirane;
    const fluorides = [ofA[0], ofB[0]].filter((next) => element(next) === F).length;
    if (fluorides > 0) return fluorides === 2 ? KNOWN.difluoride : KNOWN.fluoroperoxide;
  }
  if (x === F && y === O && ofB.length === 1 && element(ofB[0]) === O) {
    const [far] = others(ofB[0], b);
    return far !== undefined && element(far) === F ? KNOWN.fluorideOfIt : KNOWN.fluorideOfPeroxide;
  }
  if (isNitroso(b)) {
    if (x === F) return KNOWN.nitrosylFluoride;
    if (x === 17) return KNOWN.nitrosylChloride;
    if (x === 35) return KNOWN.nitrosylBromide;
    if (isNitroso(a)) return KNOWN.dinitrogenDioxide;
    if (isNitro(a)) return KNOWN.dinitrogenTrioxide;
  }
  if (isNitro(b)) {
    if (x === F) return KNOWN.nitrylFluoride;
    if (x === 17) return KNOWN.nitrylChloride;
    if (x === 35) return KNOWN.nitrylBromide;
    if (isNitro(a)) return KNOWN.dinitrogenTetroxide;
    if (x === O && ofA.length === 1) {
      const [far] = ofA;
      if (HALOGENS.has(element(far)) || element(far) === O || isNitro(far)) return KNOWN.nitrate;
    }
  }
  if (x === 6 && (isNitroso(b) || isNitro(b)) && ofA.filter((next) => HALOGENS.has(element(next))).length === 3)
    return isNitro(b) ? KNOWN.trihalonitro : KNOWN.trihalonitroso;
  if (x === N && y === N && terminal(a, F) === 2 && terminal(b, F) === 2) return KNOWN.tetrafluorohydrazine;
  if (y === N && charge(b) === 1 && terminal(b, F) === 3) {
    if (x === O && ofA.length === 0) return KNOWN.trifluoramineOxide;
    if (x === F && terminal(b, O) === 1) return KNOWN.fluorideOfAmineOxide;
  }
  if (x === S && y === S) {
    if (ofA.length === 2 && ofB.length === 2 && terminal(a, O) === 2 && terminal(b, O) === 2) return KNOWN.dithionite;
    if (ofA.length === 2 && ofB.length === 3 && terminal(a, O) === 2 && terminal(b, O) === 3) return KNOWN.disulfite;
    if (ofA.length === 1 && ofB.length === 1 && element(ofA[0]) === element(ofB[0])) {
      if (element(ofA[0]) === F) return KNOWN.disulfurDifluoride;
      if (element(ofA[0]) === 17) return KNOWN.disulfurDichloride;
      if (element(ofA[0]) === 35) return KNOWN.disulfurDibromide;
    }
  }
  return undefined;
}
