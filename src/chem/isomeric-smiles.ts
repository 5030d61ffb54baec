/** The isomeric SMILES of a molecule: RDKit's canonical one where it holds all of the stereo, else one of our own. */
import type { Molecule } from './molecule.js';
import type { RDKitModule, RDKitMol } from './rdkit.js';
import { withMol } from './rdkit.js';
import type { JsonDocument } from './rdkit-json.js';
import { writeSmiles } from './write-smiles.js';

export function isomericSmiles(rdkit: RDKitModule, molecule: Molecule): string {
  const text = writeSmiles(molecule);
  const centres = molecule.centres.filter(({ specified }) => specified).length;
  const bonds = molecule.stereoBonds.filter(({ cis }) => cis !== undefined).length;
  const axes = molecule.axes?.filter(({ kind }) => kind === 'allene').length ?? 0;
  const canonical = withMol(rdkit, text, (mol) => {
    if (!mol || axes > 0) return undefined;
    const [graph] = (JSON.parse(mol.get_json()) as JsonDocument).molecules;
    const kept = graph.atoms.filter(({ stereo }) => stereo === 'cw' || stereo === 'ccw').length;
    const keptBonds = (graph.bonds ?? []).filter(({ stereo }) => stereo === 'cis' || stereo === 'trans').length;
    if (kept !== centres || keptBonds !== bonds) return undefined;
    const smiles = mol.get_smiles();
    return centres < CENTRES_IN_DOUBT || isSame(rdkit, mol, smiles) ? smiles : undefined;
  });
  return canonical ?? text;
}

/**
 * From so many centres on, RDKit's canonical SMILES of a symmetric molecule may be that of another stereoisomer (two of
 * the nine inositols, 2026.09).
 */
export const CENTRES_IN_DOUBT = 4;

function isSame(rdkit: RDKitModule, mol: RDKitMol, smiles: string): boolean {
  return withMol(rdkit, smiles, (read) => {
    const match = read && mol.get_substruct_match(read, '{"useChirality":true}');
    return match !== null && match !== '{}';
  });
}
