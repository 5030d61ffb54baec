/** What a bond may measure: from reference ensembles, from published structures, else from covalent radii. */
import { BOND_LENGTHS } from './bond-length-table.js';
import { covalentRadius } from './elements.js';

export type LengthBounds = readonly [least: number, largest: number];

/**
 * What a draw may lie beyond the reference's least and largest, in Å: for bonds of heavy atoms, and to a hydrogen, which
 * crystallographers draw up to 0.12 Å short.
 */
const MARGIN = { heavy: [0.05, 0.05], hydrogen: [0.12, 0.06] } as const;
/** The same of kinds that published bounds are known of, which reach as far. */
const PUBLISHED_MARGIN = [0.01, 0.01] as const;
/** So many bonds of a kind make its least and largest its bounds; of fewer the radii have a say, too. */
const ENOUGH = 20;
/** Around the sum of radii: nine bonds of ten of the table lie within 6 % of it. */
const RADII_SHARE: LengthBounds = [0.88, 1.12];

/**
 * Kinds that the ensembles lack, Å. Gas-phase electron diffraction and microwave structures as collected in
 * Landolt-Börnstein II/7, II/15 and in Wells, Structural Inorganic Chemistry, 5th ed.; crystal structures for iodine(III)
 * (Allen et al., J. Chem. Soc. Perkin Trans. 2 1987, S1). Axial and equatorial bonds lie between the same bounds.
 */
const PUBLISHED: Readonly<Record<string, LengthBounds>> = {
  // SF6 1.561; SF5–R 1.56–1.60 (GFN2-xTB, which ensembles are made with, 1.67); SF4 1.545 and 1.646 (GFN2-xTB up to
  // 1.73 in R2N–SF3); R–SO2F 1.53–1.56
  'F1 S6 1': [1.51, 1.7],
  'F1 S5 1': [1.51, 1.7],
  'F1 S4 1': [1.49, 1.78],
  'C3 S6 1': [1.74, 1.9],
  'C4 S6 1': [1.76, 1.93],
  // PF5 1.534 and 1.577; PF6− 1.60; POF3 1.524; PF3 1.570; PCl5 2.02 and 2.14
  'F1 P5 1': [1.48, 1.65],
  'F1 P6 1': [1.54, 1.68],
  'F1 P4 1': [1.46, 1.69],
  'F1 P3 1': [1.51, 1.65],
  'Cl1 P5 1': [1.95, 2.23],
  'Cl1 P6 1': [2.04, 2.24],
  // ClF3 1.598 and 1.698; BrF3 1.721 and 1.810; BrF5 1.689 and 1.774; IF5 1.844 and 1.869; IF7 1.786 and 1.858
  'Cl3 F1 1': [1.53, 1.77],
  'Br3 F1 1': [1.66, 1.88],
  'Br5 F1 1': [1.63, 1.85],
  'F1 I5 1': [1.77, 1.95],
  'F1 I7 1': [1.72, 1.93],
  // PhICl2 2.45; ICl3 2.38 to 2.68; PhI(OAc)2 2.14–2.16; iodic acid 1.80 (=O) and 1.90 (–OH), iodates 1.78–1.84
  'Cl1 I3 1': [2.28, 2.75],
  'I3 O2 1': [1.84, 2.45],
  'I3 O1 2': [1.72, 1.95],
  'I3 O1 1': [1.74, 2.1],
  'I2 O1 2': [1.75, 2.0],
  'C3 I2 1': [2.05, 2.2],
  'C3 I3 1': [2.04, 2.2],
  // HClO4 1.408 (=O) and 1.635; ClO4− 1.44; ClO3− 1.49; HOCl 1.69
  'Cl4 O1 2': [1.36, 1.53],
  'Cl4 O1 1': [1.38, 1.54],
  'Cl3 O1 2': [1.4, 1.57],
  // P4 2.21; diphosphanes 2.18–2.24
  'P3 P3 1': [2.12, 2.32],
  // BF3 1.307 (GFN2-xTB 1.300), BF2 groups 1.31–1.33; SiF4 1.553, fluorosilanes up to 1.61; OF2 1.405, HOF 1.442; FSSF 1.890 and ClSSCl 1.931 beside 2.02–2.06
  'B3 F1 1': [1.26, 1.38],
  'F1 Si4 1': [1.51, 1.68],
  'F1 O2 1': [1.36, 1.5],
  'S2 S2 1': [1.84, 2.12],
  // H3N–BH3 1.66 (gas), 1.58 (crystal); F3B–NMe3 1.64; borates 1.47; boronic acids 1.36
  'B4 N4 1': [1.52, 1.74],
  // H2 0.741; F2 1.412; Cl2 1.988; Br2 2.281; I2 2.666; HF 0.917; HCl 1.275; HBr 1.414; HI 1.609
  'H1 H1 1': [0.65, 0.84],
  'F1 F1 1': [1.34, 1.5],
  'Cl1 Cl1 1': [1.9, 2.08],
  'Br1 Br1 1': [2.19, 2.38],
  'I1 I1 1': [2.57, 2.77],
  'F1 H1 1': [0.85, 1.0],
  'Cl1 H1 1': [1.19, 1.36],
  'Br1 H1 1': [1.33, 1.5],
  'H1 I1 1': [1.52, 1.7],
  // CO 1.128; CN− 1.18; N2 1.098; O2 1.208; NO 1.151
  'C1 O1 3': [1.07, 1.2],
  'C1 N1 3': [1.1, 1.24],
  'N1 N1 3': [1.04, 1.16],
  'O1 O1 2': [1.14, 1.28],
  'N1 O1 2': [1.08, 1.22],
  // B2F4 1.72, B2Cl4 1.70–1.75, B2(pin)2 1.71; nitriles of BF3 1.63 (crystal) and 2.01 (gas), of BCl3 1.56
  'B3 B3 1': [1.64, 1.8],
  'B4 N2 1': [1.53, 2.06],
  // disilanes 2.33–2.36, crowded ones beyond; disilenes 2.14–2.16
  // MeSiF3 1.828, MeSiCl3 1.848, Me4Si 1.875 (GFN2-xTB 1.90), crowded ones 1.93; HCC–SiH3 1.826; SiCl4 2.019, SiBr4 2.183; siloxanes 1.63
  'C4 Si4 1': [1.79, 1.96],
  'C3 Si4 1': [1.79, 1.95],
  'C2 Si4 1': [1.78, 1.92],
  'Cl1 Si4 1': [1.97, 2.13],
  'Br1 Si4 1': [2.13, 2.3],
  'O2 Si4 1': [1.57, 1.71],
  'Si4 Si4 1': [2.26, 2.46],
  'Si3 Si3 2': [2.1, 2.27],
  // S2F10 2.21 (Harvey and Bauer, J. Am. Chem. Soc. 1953, 75, 2840) and 2.27 (Oberhammer et al., J. Mol. Struct. 1994, 323, 125);
  // SF5Cl 2.05
  'S6 S6 1': [2.15, 2.31],
  'Cl1 S6 1': [1.98, 2.12],
  // H3B–CO 1.135, acylium ions 1.11
  'C2 O1 3': [1.07, 1.18],
  // S8 2.06 (table), S2O 1.88, SSF2 1.86; SO2 1.43; SO3 1.42
  'S1 S2 2': [1.83, 1.95],
  'S1 S3 2': [1.81, 1.97],
  'O1 S2 2': [1.37, 1.52],
  'O1 S3 2': [1.36, 1.57],
};

const TABLE = new Map(BOND_LENGTHS.map(([kind, count, least, largest]) => [kind, { count, least, largest }]));

/** Least and largest length in Å. @param kind as `bondKind` gives it. @param ends the elements of the two atoms. */
export function lengthBounds(kind: string, ends: readonly [number, number]): LengthBounds {
  const published = PUBLISHED[kind];
  const seen = TABLE.get(kind);
  const margin = ends.includes(1) ? MARGIN.hydrogen : MARGIN.heavy;
  const bounds: LengthBounds[] = [];
  if (published) bounds.push(published);
  // Published bounds have most of a margin.
  const beyond = published ? PUBLISHED_MARGIN : margin;
  if (seen) bounds.push([seen.least - beyond[0], seen.largest + beyond[1]]);
  if (!published && (!seen || seen.count < ENOUGH))
    bounds.push(boundsOfRadii(ends, kind.slice(kind.lastIndexOf(' ') + 1)));
  return [Math.min(...bounds.map(([least]) => least)), Math.max(...bounds.map(([, largest]) => largest))];
}

/**
 * Radii in Å for single, double and triple bonds (Pyykkö and Atsumi, Chem. Eur. J. 2009, 15, 186 and 12770; Pyykkö, Riedel
 * and Patzschke, ibid. 2005, 11, 3511). Other elements have their covalent radius throughout.
 */
const RADII: Readonly<Record<number, readonly [number, number?, number?]>> = {
  1: [0.32],
  5: [0.85, 0.78, 0.73],
  6: [0.75, 0.67, 0.6],
  7: [0.71, 0.6, 0.54],
  8: [0.63, 0.57, 0.53],
  9: [0.64, 0.59, 0.53],
  13: [1.26, 1.13, 1.11],
  14: [1.16, 1.07, 1.02],
  15: [1.11, 1.02, 0.94],
  16: [1.03, 0.94, 0.95],
  17: [0.99, 0.95, 0.93],
  32: [1.21, 1.11, 1.14],
  33: [1.21, 1.14, 1.06],
  34: [1.16, 1.07, 1.07],
  35: [1.14, 1.09, 1.1],
  50: [1.4, 1.3, 1.32],
  51: [1.4, 1.33, 1.27],
  52: [1.36, 1.28, 1.21],
  53: [1.33, 1.29, 1.25],
};

function boundsOfRadii(ends: readonly [number, number], order: string): LengthBounds {
  const radius = (element: number, multiplicity: number): number =>
    RADII[element]?.[multiplicity] ?? RADII[element]?.[0] ?? covalentRadius(element);
  const sum = (multiplicity: number): number => radius(ends[0], multiplicity) + radius(ends[1], multiplicity);
  // An aromatic or conjugated bond lies between single and double, a dative one beyond single.
  const [low, high] =
    order === '3'
      ? [sum(2), sum(2)]
      : order === '2'
        ? [sum(1), sum(1)]
        : order === 'a' || order === 'c'
          ? [sum(1), sum(0)]
          : [sum(0), sum(0)];
  return [RADII_SHARE[0] * low, (order === '0' ? 1.25 : RADII_SHARE[1]) * high];
}
