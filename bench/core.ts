/**
 * Conformers around a core that is held: the first of twenty pairs of congeners gives the core, from a conformer of its own,
 * the second is drawn around it. Sound is a draw that passes the
 * checks of stereo and geometry; its junctions are where no bond between core and rest, and no angle there, fails.
 *
 *   npm run bench -- core [--count 20] [--only SERIES] [--detail] [--save core.json]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseSmiles } from '../src/chem/parse.js';
import { commonAtoms } from '../src/chem/common-atoms.js';
import { checkGeometry } from '../src/chem/geometry-checks.js';
import type { Structure } from '../src/chem/structure.js';
import { generateConformers } from '../src/generation/generate.js';
import { rowsOf } from '../src/geometry/move-onto.js';
import { openGenerator } from '../src/generation/open-generator.node.js';

/** Two compounds of one series each, written down by their published structures. */
const PAIRS: readonly (readonly [series: string, first: string, second: string])[] = [
  ['sulfonamides', 'Nc1ccc(cc1)S(=O)(=O)Nc1ccccn1', 'Nc1ccc(cc1)S(=O)(=O)Nc1nccs1'],
  ['benzodiazepines', 'CN1C(=O)CN=C(c2ccccc2)c2cc(Cl)ccc21', 'O=C1CN=C(c2ccccc2Cl)c2cc(Cl)ccc2N1'],
  ['profens', 'CC(C)Cc1ccc(cc1)[C@H](C)C(=O)O', 'CC(C(=O)O)c1cccc(c1)C(=O)c1ccccc1'],
  ['coxibs', 'Cc1ccc(cc1)-c1cc(nn1-c1ccc(cc1)S(N)(=O)=O)C(F)(F)F', 'Cc1onc(c1-c1ccc(cc1)S(N)(=O)=O)-c1ccccc1'],
  ['fluoroquinolones', 'O=C(O)c1cn(C2CC2)c2cc(N3CCNCC3)c(F)cc2c1=O', 'CCn1cc(C(=O)O)c(=O)c2cc(F)c(N3CCNCC3)cc21'],
  [
    'sartans',
    'CCCCc1nc(Cl)c(CO)n1Cc1ccc(cc1)-c1ccccc1-c1nnn[nH]1',
    'CCCCC1=NC2(CCCC2)C(=O)N1Cc1ccc(cc1)-c1ccccc1-c1nnn[nH]1',
  ],
  ['quinazolines', 'COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1', 'C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1'],
  [
    'statins',
    'CC(C)c1n(CCC(O)CC(O)CC(=O)O)c(-c2ccc(F)cc2)c(-c2ccccc2)c1C(=O)Nc1ccccc1',
    'CC(C)n1c(C=CC(O)CC(O)CC(=O)O)c(-c2ccc(F)cc2)c2ccccc12',
  ],
  ['beta blockers', 'CC(C)NCC(O)COc1cccc2ccccc12', 'CC(C)NCC(O)COc1ccc(CC(N)=O)cc1'],
  ['barbiturates', 'CCC1(CC)C(=O)NC(=O)NC1=O', 'CCC1(c2ccccc2)C(=O)NC(=O)NC1=O'],
  ['phenothiazines', 'CN(C)CCCN1c2ccccc2Sc2ccc(Cl)cc21', 'CC(CN1c2ccccc2Sc2ccccc21)N(C)C'],
  [
    'penicillins',
    'CC1(C)S[C@@H]2[C@H](NC(=O)Cc3ccccc3)C(=O)N2[C@H]1C(=O)O',
    'CC1(C)S[C@@H]2[C@H](NC(=O)[C@H](N)c3ccc(O)cc3)C(=O)N2[C@H]1C(=O)O',
  ],
  [
    'dihydropyridines',
    'COC(=O)C1=C(C)NC(C)=C(C(=O)OC)C1c1ccccc1[N+](=O)[O-]',
    'CCOC(=O)C1=C(COCCN)NC(C)=C(C(=O)OC)C1c1ccccc1Cl',
  ],
  ['azoles', 'OC(Cn1cncn1)(Cn1cncn1)c1ccc(F)cc1F', 'CC(c1ncncc1F)C(O)(Cn1cncn1)c1ccc(F)cc1F'],
  [
    'sildenafil and vardenafil phenyls',
    'CCOc1ccc(cc1)S(=O)(=O)N1CCN(C)CC1',
    'CCOc1ccc(cc1-c1nc2c(C)nn(C)c2c(=O)[nH]1)S(=O)(=O)N1CCN(CC)CC1',
  ],
  [
    'steroids',
    'C[C@]12CC[C@H]3[C@H]([C@@H]1CC[C@@H]2O)CCC4=CC(=O)CC[C@]34C',
    'CC(=O)[C@H]1CC[C@@H]2[C@@]1(CC[C@H]3[C@H]2CCC4=CC(=O)CC[C@]34C)C',
  ],
  [
    'morphinans',
    'CN1CC[C@]23c4c5ccc(O)c4O[C@H]2[C@@H](O)C=C[C@H]3[C@H]1C5',
    'CN1CC[C@]23c4c5ccc(OC)c4O[C@H]2C(=O)CC[C@H]3[C@H]1C5',
  ],
  ['tricyclics', 'CN(C)CCCN1c2ccccc2CCc2ccccc21', 'CNCCCN1c2ccccc2CCc2ccc(Cl)cc21'],
  [
    'proton pump inhibitors',
    'COc1ccc2[nH]c(nc2c1)S(=O)Cc1ncc(C)c(OC)c1C',
    'Cc1c(OCC(F)(F)F)ccnc1CS(=O)c1nc2ccccc2[nH]1',
  ],
  ['gliptins', 'N#CC1CCCN1C(=O)CNC12CC3CC(CC(O)(C3)C1)C2', 'N#CC1CC2CC2N1C(=O)C(N)C12CC3CC(CC(O)(C3)C1)C2'],
];

interface Row {
  readonly series: string;
  /** Heavy atoms of the core, and of the molecule. */
  readonly coreAtoms: number;
  readonly heavyAtoms: number;
  /** Share of draws with sound junctions, and of draws sound altogether, with the core held and without. */
  readonly junctions: number;
  readonly held: number;
  readonly free: number;
  /** The largest RMSD of the core, Å. */
  readonly coreRmsd: number;
}

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20' },
    save: { type: 'string' },
    detail: { type: 'boolean' },
    only: { type: 'string' },
  },
});
const count = Number(values.count);
const generator = await openGenerator();
const rows: Row[] = [];
for (const [series, first, second] of PAIRS.filter(([name]) => name.includes(values.only ?? ''))) {
  const { rdkit } = generator;
  const source = parseSmiles(rdkit, first);
  const given = (await generateConformers(generator, source, { count: 1, seed: 5 })).conformers[0];
  if (!given) throw new Error(`${series}: the first of the pair has no conformer`);
  const structure: Structure = {
    name: series,
    atoms: source.atoms,
    bonds: source.bonds,
    coordinates: given.coordinates,
    dimension: 3,
  };
  const target = parseSmiles(rdkit, second);
  // The core alone, as a file would have it: the largest part in common.
  const { reference } = commonAtoms(rdkit, target, structure, { partial: true });
  const place = new Map(reference.map((from, to) => [from, to]));
  /** With bonds as they are, or, where rings were cut apart, with aromatic ones. */
  const coreOf = (isCut: boolean): Structure => ({
    name: series,
    dimension: 3,
    atoms: reference.map((i) => source.atoms[i]),
    bonds: source.bonds.flatMap(({ a, b, order, aromatic }) =>
      place.has(a) && place.has(b)
        ? [{ a: place.get(a)!, b: place.get(b)!, order: isCut && aromatic ? 4 : order }]
        : [],
    ),
    coordinates: rowsOf(given.coordinates, reference),
  });
  const occurs = (core: Structure): boolean => {
    try {
      return commonAtoms(rdkit, target, core).whole;
    } catch {
      return false;
    }
  };
  const core = coreOf(!occurs(coreOf(false)));
  const held = await generateConformers(generator, target, { count, plain: true, core: { structure: core } });
  const free = await generateConformers(generator, target, { count, plain: true });
  const sound = (conformers: typeof held.conformers) =>
    conformers.filter(({ coordinates, stereoVerified }) => stereoVerified && checkGeometry(target, coordinates).ok)
      .length;
  const [match] = commonAtoms(rdkit, target, core).matches;
  const isInCore = (atom: number): boolean => match.includes(atom);
  const broken = held.conformers.filter(({ coordinates }) =>
    checkGeometry(target, coordinates).problems.some(
      ({ kind, atoms }) => kind !== 'clash' && atoms.some(isInCore) && !atoms.every(isInCore),
    ),
  ).length;
  if (values.detail)
    for (const { coordinates } of held.conformers)
      for (const { kind, atoms, value, limit } of checkGeometry(target, coordinates).problems.slice(0, 1))
        console.log(
          `  ${kind} ${atoms.map((atom) => atom + 1).join('-')} ${value.toFixed(2)}, limit ${limit.toFixed(2)}`,
        );
  const row: Row = {
    series,
    coreAtoms: reference.length,
    heavyAtoms: target.skeletonCount,
    junctions: 1 - broken / count,
    held: sound(held.conformers) / count,
    free: sound(free.conformers) / count,
    coreRmsd: Math.max(...held.conformers.map(({ rmsdToReference = NaN }) => rmsdToReference)),
  };
  rows.push(row);
  console.log(JSON.stringify(row));
}
await generator.dispose();
const mean = (of: (row: (typeof rows)[number]) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
console.log(
  `junctions sound ${(100 * mean((row) => row.junctions)).toFixed(1)} %; all sound with the core held ${(100 * mean((row) => row.held)).toFixed(1)} %, free ${(100 * mean((row) => row.free)).toFixed(1)} %`,
);
if (values.save) writeFileSync(values.save, `${JSON.stringify({ count, rows }, null, 1)}\n`);
