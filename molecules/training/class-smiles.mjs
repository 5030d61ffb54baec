/**
 * Writes SMILES of the classes of molecules/validation/classes.smi, by putting groups on cores: a line each, with a title,
 * always the same ones, small ones first and classes in turn. Training data are made of them, without those that
 * validation has:
 *
 *   node molecules/training/class-smiles.mjs 250 > classes.smi
 *   molflow dataset make --input classes.smi --out classes --mode drug --exclude molecules/validation/*
 *
 * The number is of molecules a class at most.
 */
import initRDKitModule from '@rdkit/rdkit';

/** Groups as branches; the first is none, a hydrogen. */
const SMALL = ['', 'C', 'F', 'Cl', 'CC', 'OC', 'C#N', 'C(F)(F)F', 'O', 'N', 'C=C', 'Br'];
const GROUPS = [
  ...SMALL,
  'C(C)C',
  'C(C)(C)C',
  'N(C)C',
  'C(=O)O',
  'C(=O)OC',
  'C(C)=O',
  'C(N)=O',
  'C(=O)NC',
  'CO',
  'CCO',
  'CN',
  'COC',
  'SC',
  'C#C',
  'C9CC9',
  'C9CCCCC9',
  'c9ccccc9',
  'c9ccc(F)cc9',
  'c9ccc(OC)cc9',
  'c9cccnc9',
  'c9ccsc9',
  'c9ncc[nH]9',
  'Cc9ccccc9',
  'CN9CCOCC9',
  '[Si](C)(C)C',
];
const CARBON = GROUPS.filter((group) => /^C|^c/.test(group) && group !== 'Cl');
const ARYL = ['', 'C', 'F', 'Cl', 'OC', 'C(F)(F)F', 'C#N', '[N+](=O)[O-]', 'C(=O)OC', 'C(C)(C)C', 'N', 'CO', 'C(N)=O', 'Br'];
const LIGANDS = ['F', 'Cl', 'C', 'OC', 'CC', 'c9ccccc9'];
const ON_IODINE = ['F', 'Cl', 'O', 'OC', 'OC(C)=O', 'OC(=O)C(F)(F)F', 'OC(=O)CC', 'OC(=O)c9ccccc9'];
const ON_RING_IODINE = [...ON_IODINE, 'C(F)(F)F', 'C#N', 'N=[N+]=[N-]', 'C#CC', 'C#C[Si](C)(C)C', 'Br', 'OOC(C)(C)C', 'C', 'c9ccccc9'];

/**
 * Cores, with letters in braces for groups: the same letter is the same group. What a letter may be is beside the cores.
 */
const CLASSES = {
  allene: [
    [{ '': GROUPS }, 'C({a})({b})=C=C({c})({d})', 'C({a})({b})=C=C({c})', 'C({a})=C=C({c})', 'C({a})=C=C'],
    [{ '': SMALL }, 'C({a})({b})=C=C=C({c})({d})', 'C({a})({b})=C=C=C({c})', 'C({a})({b})=C=C=C=C({c})({d})'],
    [{ '': GROUPS }, 'C({a})({b})=C=O', 'C({a})({b})=C=NC', 'C({a})({b})=C=Nc1ccccc1'],
    [{ '': CARBON }, 'N({a})=C=N({b})', 'C({a})N=C=S', 'C({a})N=C=O'],
    [{ '': SMALL }, 'C1({a})CCCC=C=CCC1', 'C1({a})CCC=C=CCC1', 'C1({a})CCCCC=C=CCCC1', 'C1CCCCC1=C=C({a})({b})'],
  ],
  'sulfur-fluoride': [
    [{ '': [...CARBON, 'N(C)C', 'OC', 'N9CCOCC9', 'N(CC)CC', 'Cl'] }, 'S(F)(F)(F)(F)(F)({a})', 'S(F)(F)(F)({a})'],
    [{ '': CARBON }, 'S(F)(F)(F)(F)({a})({b})', 'S(F)(F)({a})({b})', 'S(F)(F)(F)(=O)({a})', 'S(=O)(=O)(F)({a})', 'S(F)(=O)({a})(=NC)'],
    [{ '': ARYL }, 'c1c({a})cc({b})cc1S(F)(F)(F)(F)F', 'c1({a})ccc({b})cc1S(F)(F)(F)(F)F', 'c1({a})ccc(cc1)S(F)(F)F', 'c1({a})ccc(cc1)S(F)(F)(F)(F)C(F)(F)F', 'c1({a})ccc(cc1)S(F)(F)(F)(F)Cl'],
  ],
  'phosphorus-V': [
    [{ '': LIGANDS }, 'P({a})({a})({a})({b})({c})', 'P({a})({b})({b})({c})({c})', 'P({a})({a})({a})({a})({b})'],
    [{ '': [...CARBON, 'OC', 'F', 'Cl', 'N(C)C'] }, 'C1COP2(O1)(OCCO2)({a})', 'c1ccc2c(c1)OP1(O2)(Oc2ccccc2O1)({a})', 'P({a})(=O)({b})({b})', 'P({a})(=S)({b})({b})'],
    [{ a: GROUPS, b: ['C', 'CC', 'c9ccccc9', 'OC', 'N(C)C'] }, 'C({a})=P({b})({b})({b})', 'N(C)=P({b})({b})({b})'],
    [{ a: CARBON, b: LIGANDS }, 'N({a})=P({b})({b})({b})', '[P+]({a})({b})({b})({b})'],
    [{ '': ['F', 'Cl', 'C', 'OC', 'N(C)C'] }, 'N1=P({a})({a})N=P({b})({b})N=P({c})({c})1', '[P-](F)(F)(F)(F)(F)({a})', '[P-](F)(F)(F)({a})({b})({c})'],
    [{ '': ['C', 'CC', 'OC', 'F', 'Cl', 'O'] }, 'P(=O)({a})({b})OP(=O)({a})({b})', 'P(=O)({a})({b})CP(=O)({a})({b})'],
  ],
  'iodine-III-V': [
    [{ a: ARYL, x: ON_IODINE }, 'I({x})({x})c1ccc({a})cc1', 'I({x})({x})c1cccc({a})c1'],
    [{ a: ARYL, x: ON_RING_IODINE }, 'O=C1OI({x})c2ccc({a})cc12', 'CC1(C)OI({x})c2cc({a})ccc12', 'C1OI({x})c2cc({a})ccc12'],
    [{ a: ARYL }, 'O=Ic1ccc({a})cc1', 'O=I(=O)c1ccc({a})cc1', 'O=Ic1cccc({a})c1', 'O=I(=O)c1ccccc1({a})', 'O=C1OI(=O)(O)c2ccc({a})cc12', 'O=C1OI(=O)(OC(C)=O)c2ccc({a})cc12', 'I(F)(F)(F)(F)c1ccc({a})cc1', 'c1({a})ccc(cc1)[I+]c1ccc({a})cc1'],
    [{ '': CARBON }, 'I(Cl)(Cl)({a})', 'I(F)(F)({a})', 'I(F)(F)(F)(F)({a})', '[I+](c1ccccc1)({a})'],
    [{ '': ARYL }, 'O=C1OI(OC(C)=O)(OC(C)=O)(OC(C)=O)c2ccc({a})cc12'],
  ],
  cage: [
    [{ '': GROUPS }, 'C12({a})C3({b})C4C1C5C2C3C45', 'C12({a})C3C4C1C5({b})C2C3C45', 'C12({a})C3C4C1C5C2C3C45({b})', 'C12({a})CC({b})(C1)C2', 'C12({a})CC1({b})C2'],
    [{ '': SMALL }, 'C1({a})C23C({b})C12C3({c})', 'C12({a})C3({b})C1({c})C23({d})', 'C12({a})C3({b})C4C1({c})C2C34', 'C1({a})C2C3({b})C2C4C3C14', 'C1({a})CC23CC2({b})C13', 'C1CC23CC2(C1)C3({a})', 'C1({a})CC23CCC2(C1)C3({b})', 'C1CCC23C(C1)(C2)C3({a})'],
    [{ '': GROUPS }, 'C1C2CC3CC1CC({a})(C2)C3', 'C12({a})CCC({b})(CC1)C2', 'C12({a})CCC({b})(CC1)CC2', 'N12CCC({a})(CC1)CC2', 'C1N2CN3CN1CN(C2)C3({a})', 'C1({a})C2C3C4C1C5C2C3C45', 'C1C2({a})C3C4CC5C3C1C5C24'],
    [{ '': SMALL }, 'P12C3({a})C1({b})C23({c})', 'P12P3C1({a})C23({b})', 'C1C2C3({a})C1C1C2C31', 'C1C2CC1({a})C2', 'C12({a})C3CC1CC23', 'C1CC2({a})CC1C2', 'O1C2CC3({a})CC1CC(C2)C3', 'C1C2({a})CC3CC1OC(C2)O3', 'C1C2CC3NC1({a})CC(C2)C3'],
  ],
  'boron-ring': [
    [{ '': [...CARBON, 'O', 'OC', 'N(C)C', 'F', 'Cl'] }, 'B1({a})C2CCCC1CCC2', 'B1({a})OC(C)(C)C(C)(C)O1', 'B1({a})OCCO1', 'B1({a})OCCCO1', 'B1({a})Oc2ccccc2O1', 'B1({a})OB({a})OB({a})O1', 'B1({a})NB({a})NB({a})N1', 'C[N+]12CC(=O)O[B-]1({a})OC(=O)C2', '[B-](F)(F)(F)({a})', 'CC12CO[B-](OC1)(OC2)({a})'],
    [{ '': SMALL }, 'B12CC3({a})CC(CC(C1)C3)C2', 'B12OCC({a})(CO1)CO2', 'O1CC({a})N2CCOB1OCC2', 'B12c3ccccc3C({a})(c3ccccc31)c1ccccc12', 'c1({a})cnn(c1)[BH-](n1cccc1)n1cccn1', 'O1CC({a})O[B-]12OCCO2', 'B1({a})NBNBN1', 'N1({a})BNBNB1'],
    [{ a: ['F', 'C', 'OC', 'C#N', 'c9ccccc9'], b: ['', 'C', 'F', 'Cl', 'CC', 'c9ccccc9'] }, '[B-]1({a})({a})n2cc({b})cc2C=C2C=CC=[N+]21', '[B-]1({a})({a})n2cccc2C({b})=C2C=CC=[N+]21', '[B-]1({a})({a})OC({b})=CC(C)=[O+]1'],
  ],
  'small-ion': [
    [{ '': GROUPS }, 'C({a})(=O)[O-]', 'S({a})(=O)(=O)[O-]', 'S({a})(=O)[O-]', 'C({a})[NH3+]', 'C({a})[NH+](C)C', 'C({a})[N+](C)(C)C', 'C({a})[O-]', 'C({a})[S-]', 'C({a})[S+](C)C', 'C({a})[O+](C)C', 'C({a})[P+](C)(C)C', 'c1({a})ccc(cc1)[N+]#N', 'P({a})(=O)(O)[O-]', 'C({a})=[NH2+]', 'C({a})(N)=[NH2+]', 'c1({a})ccc(cc1)[O-]', 'C({a})C#[C-]', '[N-](C({a})=O)C=O', '[N-](C#N)({a})', '[C-](C#N)(C#N)({a})'],
    [{ '': ['F', 'Cl', 'C', 'O', 'OC', 'C#N', 'CC'] }, '[B-]({a})({a})({b})({c})', '[O-]B({a})({b})', '[O-]P(=O)({a})({b})', '[O-]S(=O)(=O)({a})', '[Si-]({a})({a})({b})({b})({c})', '[O-][Si]({a})({b})({c})', '[N+]({a})({b})(C)C', '[C+](N({a})C)N(C)C'],
    [{ '': ['Cl', 'Br', 'I'] }, '[O-]{a}', '[O-]{a}=O', '[O-]{a}(=O)=O', '[O-]{a}(=O)(=O)=O', 'O{a}', 'O{a}=O', 'O{a}(=O)=O', 'O{a}(=O)(=O)=O', 'C{a}(=O)=O', 'CO{a}', 'CO{a}(=O)(=O)=O'],
    [{ '': SMALL }, 'N#C[N-]({a})', '[O-]ON({a})', '[O-]N=C({a})', '[O-][N+](=O)N({a})', 'O=C({a})O[O-]', 'CC({a})O[O-]', '[O-]OC({a})', 'C({a})#[O+]', 'C({a})=C=[O+]C', 'C({a})#[N+]C', 'C({a})=[N+]=[N-]', 'N({a})=[N+]=[N-]', '[O-][N+]#C({a})', '[S-]C(=S)({a})', '[S-]C({a})=O', '[S-]S({a})(=O)=O', '[O-]C(=O)C({a})=O', '[O-]C(=O)CC({a})C(=O)[O-]'],
  ],
  'ring-E-alkene': [
    [{ p: ['C', 'O', 'C(C)', 'N(C)', 'C(O)', 'C(=O)', 'S', 'C(F)', 'C(C)(C)'], q: ['C', 'CC', 'CCC', 'C(C)C', 'CC(C)', 'C(O)C', 'CO', 'OC', 'CCC(C)', 'CC(=O)', 'CN(C)', 'CCO', 'C(=O)OC', 'C(=O)NC', 'C(C)CC'] }, 'C1{p}C/C=C/C{q}1', 'C1{p}CC/C=C/C{q}1', 'C1C{p}/C=C/CC{q}1', 'C1{p}C/C(C)=C/C{q}1', 'C1{p}C/C(C)=C/CC{q}1', 'C1{p}/C=C/C{q}C1'],
    [{ q: ['C', 'CC', 'C(C)', 'O', 'NC', 'CO', 'CCC', 'C(C)C', 'C(O)C', 'CN(C)'] }, 'C1C/C=C/CC/C=C/C{q}1', 'C1C/C(C)=C/CC/C(C)=C/C{q}1', 'C1C/C=C/CC/C=C\\C{q}1', 'C1{q}/C(C)=C/CC/C(C)=C/CC1', 'C1C/N=N/C{q}C1', 'C12CC1CC/C=C/C{q}C2'],
  ],
  disulfide: [
    [{ '': CARBON }, 'S({a})S({b})', 'S({a})SS({b})', 'S({a})SC', 'S({a})SSC', 'S({a})SSSC', 'S({a})S(C)(=O)=O'],
    [{ '': GROUPS }, 'C1({a})CSSC1', 'C1({a})CCSSC1', 'C1({a})CCCSSC1', 'C1({a})SSCC1', 'c1({a})ccc(cc1)SSC', 'C1({a})CSSSC1', 'C({a})CSSCC({a})', 'N[C@@H](CSSC({a}))C(=O)O', 'C1({a})SSC=C1'],
  ],
  peroxide: [
    [{ '': CARBON }, 'O({a})O({b})', 'O({a})O', 'O({a})OC', 'O({a})OC(C)=O', 'O({a})OC(C)(C)C', 'O({a})OOC', 'O({a})O[Si](C)(C)C'],
    [{ '': GROUPS }, 'C1({a})COOC1', 'C1({a})CCOOC1', 'C1({a})OOCC1', 'C1({a})OOCO1', 'C1({a})({b})OO1', 'C1({a})OOC({b})O1', 'C1({a})OOC({b})OO1', 'C1({a})(C)OOC({b})(C)OO1', 'C12({a})CCC(C=C1)OO2', 'O=C({a})OO', 'O=C({a})OOC({b})=O', 'C1({a})CCOOCO1', 'C({a})COO', 'c1({a})ccc(cc1)C(C)(C)OO'],
  ],
  'long-chain': [],
  macrocycle: [
    [{ p: ['COCCOCCO', 'CCCCCCCC', 'COCCCOCC', 'CNCCNCCN', 'CSCCSCCS', 'CC(=O)NCCCCNC(=O)', 'CC(=O)OCCCC', 'CCC/C=C/CCC', 'CC/C=C\\CCCC', 'CCCCC#CCC', 'CCOC(=O)CCC(=O)OC'], q: ['CC', 'CCCC', 'COCCO', 'CC(=O)NCC', 'CC(C)CC', 'Cc2cccc(c2)C', 'CCCCCC', 'CC(=O)CC', 'CN(C)CC', 'CC(O)CC', 'CCCCCCCC'] }, 'C1{p}{q}C1', 'C1{p}{q}CC1', 'C1C{p}C{q}CCC1', 'O=C1C{p}{q}N1', 'O=C1C{p}{q}O1'],
  ],
  peptide: [],
};

const RESIDUES = ['C', 'C(C)C', 'CC(C)C', 'Cc1ccccc1', 'CO', 'CC(=O)O', 'CCC(=O)O', 'CCCCN', 'CC(N)=O', 'CCSC', 'Cc1ccc(O)cc1', 'Cc1c[nH]c2ccccc12', 'CS', 'CCCNC(N)=N', 'Cc1cnc[nH]1'];
const ENDS = ['C', 'O', 'N', 'F', 'Cl', 'C(=O)O', 'C(=O)OC', 'C#N', 'C=C', 'S', 'C(=O)N', 'Br', 'c1ccccc1'];

let state = 20261201;
/** A whole number in [0, n): Park and Miller's generator, exact in doubles. */
const below = (n) => (state = (state * 16807) % 2147483647) % n;
const pick = (list) => list[below(list.length)];

/** A core of the class with a group for each of its letters. */
function onCore(families) {
  const [groups, ...cores] = pick(families);
  const chosen = {};
  return pick(cores)
    .replace(/\{(\w)\}/g, (_, letter) => (chosen[letter] ??= pick(groups[letter] ?? groups[''])))
    .replaceAll('()', '');
}

function longChain() {
  const chain = (n) => {
    let text = '';
    while (n-- > 0) text += below(12) === 0 ? pick(['O', 'C(C)', '/C=C\\', '/C=C/', 'C(O)', 'S', 'C(=O)', 'N', 'C(F)(F)']) + 'C' : 'C';
    return text;
  };
  return `C${chain(10 + below(below(3) === 0 ? 90 : 25))}${pick(ENDS)}`;
}

function peptide() {
  const residue = () => (below(8) === 0 ? 'NCC(=O)' : below(10) === 0 ? 'N1CCC[C@H]1C(=O)' : `N[C@@H](${pick(RESIDUES)})C(=O)`);
  const count = 2 + below(below(3) === 0 ? 18 : 5);
  return `${pick(['', 'CC(=O)'])}${Array.from({ length: count }, residue).join('')}${pick(['O', 'N', 'NC'])}`;
}

const rdkit = await initRDKitModule();
/** The graph's canonical SMILES and its number of heavy atoms; undefined where RDKit refuses it. */
function read(smiles) {
  let mol;
  try {
    mol = rdkit.get_mol(smiles);
    return mol?.is_valid() ? { graph: mol.get_smiles(JSON.stringify({ doIsomericSmiles: false })), atoms: mol.get_num_atoms() } : undefined;
  } catch {
    return undefined;
  } finally {
    mol?.delete();
  }
}

const most = Number(process.argv[2] ?? 250);
const seen = new Set();
const lists = Object.entries(CLASSES).map(([name, families]) => {
  const make = name === 'long-chain' ? longChain : name === 'peptide' ? peptide : () => onCore(families);
  const found = [];
  for (let tries = 0; tries < 20 * most && found.length < most; tries++) {
    const smiles = make();
    const known = read(smiles);
    if (!known || seen.has(known.graph)) continue;
    seen.add(known.graph);
    found.push({ smiles, atoms: known.atoms });
  }
  return found.sort((x, y) => x.atoms - y.atoms).map(({ smiles }, i) => `${smiles} class-${name}-${i + 1}`);
});
for (let i = 0; i < most; i++)
  for (const list of lists) if (i < list.length) process.stdout.write(`${list[i]}\n`);
