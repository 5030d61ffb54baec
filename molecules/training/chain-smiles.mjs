/**
 * Writes the SMILES of long molecules that public lists of drugs lack: peptides, open and cyclic, chains of repeating
 * units, sugars. A line each, with a title; always the same ones. Training data are made of them:
 *
 *   node molecules/training/chain-smiles.mjs 280 > chains.smi
 *   molflow dataset make --input chains.smi --out chains --mode mmff
 */
const SIDE_CHAINS = [
  'C',
  'C(C)C',
  'CC(C)C',
  '[C@@H](C)CC',
  'Cc1ccccc1',
  'CO',
  '[C@H](C)O',
  'CC(=O)O',
  'CCC(=O)O',
  'CCCCN',
  'CC(N)=O',
  'CCC(N)=O',
  'CCSC',
  'Cc1ccc(O)cc1',
  'Cc1c[nH]c2ccccc12',
  'Cc1cnc[nH]1',
  'CS',
  'CCCNC(N)=N',
];
/** Units of which chains are made, between two ends. */
const UNITS = [
  'C',
  'CC',
  'OCC',
  'C(C)OC',
  'NCC',
  'OC(=O)C(C)',
  'OC(=O)CCCC',
  'c1ccc(cc1)',
  'C(F)(F)',
  'C=CC',
  'SCC',
  'C(=O)NCCCCC',
  'C(c1ccccc1)C',
  'Oc1ccc(cc1)',
];
const STARTS = ['C', 'CC', 'O', 'N', 'CC(=O)', 'c1ccccc1', 'OC(=O)'];
const ENDS = ['C', 'O', 'N', 'C(=O)O', 'C(=O)OC', 'F', 'C#N', 'c1ccncc1'];

let state = 20261126;
/** A whole number in [0, n): Park and Miller's generator, exact in doubles. */
const below = (n) => (state = (state * 16807) % 2147483647) % n;
const pick = (list) => list[below(list.length)];

/** One residue, mostly L, from N to the carbonyl; `close` names the ring bond of its carbonyl. */
function residue(close = '') {
  const kind = below(12);
  if (kind === 0) return `NCC${close}(=O)`;
  if (kind === 1) return `N1CCC[C@H]1C${close}(=O)`;
  return `N[C@${kind === 2 ? '' : '@'}H](${pick(SIDE_CHAINS)})C${close}(=O)`;
}

function peptide() {
  const residues = Array.from({ length: 5 + below(6) }, () => residue()).join('');
  return `${pick(['', 'CC(=O)', 'C(=O)'])}${residues}${pick(['O', 'N', 'OC', 'NC'])}`;
}

function cyclicPeptide() {
  const residues = Array.from({ length: 4 + below(4) }, () => residue());
  return `N9[C@@H](${pick(SIDE_CHAINS)})C(=O)${residues.join('')}${residue('9')}`;
}

function chain() {
  const unit = pick(UNITS);
  const size = unit.replace(/[^A-Za-z]/g, '').length;
  return `${pick(STARTS)}${unit.repeat(Math.max(2, Math.round((24 + below(36)) / size)))}${pick(ENDS)}`;
}

function oligosaccharide() {
  const glucose = (rest) => `O[C@${pick(['', '@'])}H]1O[C@H](CO)[C@@H](${rest})[C@H](O)[C@H]1O`;
  let sugar = 'O';
  for (let k = 3 + below(3); k > 0; k--) sugar = glucose(sugar);
  return sugar.replace(/^O/, pick(['O', 'CO']));
}

const count = Number(process.argv[2] ?? 280);
for (let k = 0; k < count; k++) {
  const make = pick([peptide, peptide, peptide, peptide, cyclicPeptide, chain, chain, chain, oligosaccharide]);
  process.stdout.write(`${make()} chain-${k + 1}\n`);
}
