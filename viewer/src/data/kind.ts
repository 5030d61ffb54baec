/** What a file or a pasted text is: by the ending of its name, or where that tells nothing by its first lines. */
import { inputFormatOf, type InputFormat } from '../../../src/chem/io/read-molecules.js';
import { FileProblem } from './trajectory.js';

export type Kind = InputFormat | 'xyz';

export const OPENED =
  'The viewer opens SDF, MOL, MOL2, CIF, PDB and XYZ, and lists of SMILES (SMI, CSV, TSV), plain or gzipped';
/** For file choosers. */
export const CONFORMER_ENDINGS = '.sdf,.sd,.mol,.mol2,.cif,.mmcif,.pdb,.ent,.xyz,.gz';
export const ENDINGS = `${CONFORMER_ENDINGS},.smi,.smiles,.csv,.tsv,.txt`;

/** Formats that are known by their first lines, where the name tells nothing. */
const BEGINNINGS: readonly { readonly kind: Kind; readonly text: RegExp }[] = [
  { kind: 'sdf', text: /V[23]000|^M {2}END|^\$\$\$\$/m },
  { kind: 'xyz', text: /^\s*\d+[ \t]*(\r\n|\r|\n)/ },
  { kind: 'mol2', text: /^@<TRIPOS>/m },
  { kind: 'cif', text: /^data_\S*\s*$/m },
  { kind: 'pdb', text: /^(ATOM|HETATM) {0,6}\d+ .{5,}\d\.\d/m },
];

/** @throws FileProblem where it is nothing that the viewer opens. */
export function kindOf({ name, text }: { readonly name: string; readonly text: string }): Kind {
  const plain = name.toLowerCase().replace(/\.gz$/, '');
  if (plain.endsWith('.xyz')) return 'xyz';
  const told = /\.(sdf|sd|mol|mol2|pdb|ent|cif|mmcif|smi|smiles|ism|can|csv|tsv|tab)$/.test(plain)
    ? inputFormatOf(plain)
    : undefined;
  if (told !== undefined) return told;
  const start = text.slice(0, 100_000);
  const begins = BEGINNINGS.find(({ text: beginning }) => beginning.test(start));
  if (begins) return begins.kind;
  const [first = ''] = start.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (/smiles/i.test(first) && /[,;\t]/.test(first)) return first.includes('\t') ? 'tsv' : 'csv';
  if (looksLikeSmiles(first.trim().split(/\s/)[0]) || /^(\w+_)?smiles\b/i.test(first)) return 'smi';
  throw new FileProblem(`${name} holds no molecule that can be read. ${OPENED}.`);
}

/** Whether a word is made of the parts of a SMILES; RDKit tells whether it is one. */
function looksLikeSmiles(word: string): boolean {
  return /^(\[[^\]\s]+\]|Br|Cl|[BCNOPSFI]|[bcnops]|[*])(\[[^\]\s]+\]|Br|Cl|[BCNOPSFI]|[bcnops]|[-=#$:~/\\.()*\d%])*$/.test(
    word,
  );
}

/** Whether a pasted text is one word: a SMILES or a name, as it is typed into the form. */
export function isOneWord(text: string): boolean {
  return /^\S+$/.test(text.trim());
}
