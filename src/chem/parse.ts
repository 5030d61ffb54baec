/** Makes a `Molecule` of a SMILES or of a structure read from a file, with RDKit's perception. */
import { components, substructure, withFragment } from './fragments.js';
import { matchOrder } from './match-order.js';
import { molblock } from './molblock.js';
import type { Molecule } from './molecule.js';
import { MoleculeError, noElement, severalFragments, shorten } from './molecule-error.js';
import { perceive } from './perceive.js';
import { failureReason, withMol } from './rdkit.js';
import type { RDKitModule } from './rdkit.js';
import type { Structure } from './structure.js';
import { unsupportedStereo } from './unsupported-stereo.js';

export { MoleculeError, type MoleculeErrorCode } from './molecule-error.js';

/**
 * Skeleton atoms that a molecule may have. A longer chain overflows RDKit's wasm stack (seen at 700 carbons),
 * which leaves the whole module dead.
 */
export const MAX_SKELETON_ATOMS = 400;

/**
 * The molecule of a SMILES.
 * @param options.name title of the molecule; the SMILES itself by default.
 * @param options.largestFragment take the fragment with the most heavy atoms (the first of equals) where the
 *   SMILES has several, instead of refusing it.
 * @throws MoleculeError
 */
export function parseSmiles(
  rdkit: RDKitModule,
  smiles: string,
  { name, largestFragment = false }: { name?: string | undefined; largestFragment?: boolean | undefined } = {},
): Molecule {
  const text = smiles.trim();
  const title = name ?? text;
  if (text === '') {
    throw new MoleculeError('empty', 'An empty SMILES arrived; expected a molecule such as "CCO".');
  }
  if (!/^[A-Za-z0-9@+\-[\]()=#$:/\\.%*~<>]+$/.test(text)) {
    throw new MoleculeError(
      'invalid',
      `"${shorten(text)}" is not a SMILES: it holds ${describeStranger(text)}. Give one SMILES and nothing after it; a name goes where names go.`,
    );
  }
  refuseLarge(countSmilesAtoms(text, largestFragment), shorten(text));
  return withMol(rdkit, text, (mol) => {
    if (!mol) {
      const reason = failureReason(rdkit);
      throw new MoleculeError(
        'invalid',
        `"${shorten(text)}" is not a valid SMILES${reason ? `: ${reason}` : ''}. Check its brackets, ring closures and valences.`,
      );
    }
    const label = `"${shorten(text)}"`;
    const unsupported = unsupportedStereo(text);
    if (unsupported) throw new MoleculeError('stereo', `${label}: ${unsupported}`);
    if (!text.includes('.')) return perceive(mol, title);
    const largest = (sizes: readonly number[]): number => {
      if (sizes.length > 1 && !largestFragment) throw severalFragments(label, sizes.length);
      return sizes.indexOf(Math.max(...sizes));
    };
    return withFragment(mol, largest, label, (fragment) => perceive(fragment, title));
  });
}

/**
 * The molecule of a structure read from a file. The stereo of a 3D structure is taken from its coordinates, never
 * from wedges or parities; that of a drawing from the wedges in `structure.molblock`.
 *
 * `order[i]` is the index in the structure of atom i of the molecule, −1 for a hydrogen that the structure left
 * out. Heavy atoms keep their order; removable hydrogens come after the skeleton, grouped by parent.
 * With `largestFragment` the atoms of the other fragments are absent from the molecule and from `order`.
 * @throws MoleculeError
 */
export function moleculeFromStructure(
  rdkit: RDKitModule,
  structure: Structure,
  { largestFragment = false }: { largestFragment?: boolean | undefined } = {},
): { molecule: Molecule; order: Int32Array } {
  const label = structure.name ? `"${shorten(structure.name)}"` : 'The structure';
  if (structure.atoms.length === 0) {
    throw new MoleculeError('empty', `${label} has no atoms; expected a molecule.`);
  }
  const query = structure.atoms.findIndex((atom) => !(atom.element >= 1));
  if (query >= 0) throw noElement(label, query);
  const fragments = components(structure.atoms.length, structure.bonds);
  if (fragments.length > 1 && !largestFragment) throw severalFragments(label, fragments.length);
  const heavy = (atoms: readonly number[]): number => atoms.filter((i) => structure.atoms[i].element > 1).length;
  const kept = fragments.reduce((best, next) => (heavy(next) > heavy(best) ? next : best));
  const spatial = structure.dimension === 3 && structure.coordinates !== undefined;
  const drawing = spatial ? undefined : structure.molblock;
  // RDKit gets the one fragment, but of a drawing the whole block: its wedges are not in the structure.
  const part = fragments.length > 1 ? substructure(structure, kept) : structure;
  refuseLarge(drawing === undefined ? heavy(kept) : structure.atoms.filter(({ element }) => element > 1).length, label);
  const block =
    drawing ??
    molblock({
      molecule: part,
      coordinates: spatial ? part.coordinates : undefined,
      title: '',
      dimension: structure.dimension,
    });
  const index = drawing !== undefined && fragments.length > 1 ? fragments.indexOf(kept) : undefined;
  return withMol(
    rdkit,
    block,
    (mol) => {
      if (!mol) {
        const reason = failureReason(rdkit);
        throw new MoleculeError(
          'invalid',
          `${label} is not a valid molecule${reason ? `: ${reason}` : ''}. Check its bonds, charges and valences.`,
        );
      }
      const molecule =
        index === undefined
          ? perceive(mol, structure.name)
          : withFragment(
              mol,
              () => index,
              label,
              (fragment) => perceive(fragment, structure.name),
            );
      const order = matchOrder(part, molecule, label);
      return { molecule, order: part === structure ? order : order.map((i) => (i < 0 ? i : kept[i])) };
    },
    { details: '{"removeHs":true}' },
  );
}

/** Heavy atoms of a SMILES by its text alone, before RDKit sees it; of its longest fragment where asked. */
function countSmilesAtoms(text: string, largestFragment: boolean): number {
  const count = (part: string): number => {
    const atoms = part.match(/\[[^\]]*\]|Br|Cl|[BCNOPSFI]|[bcnops]/g) ?? [];
    return atoms.filter((atom) => !/^\[\d*H[+-]?\d*\]$/.test(atom)).length;
  };
  return largestFragment ? Math.max(...text.split('.').map(count)) : count(text);
}

function refuseLarge(count: number, label: string): void {
  if (count > MAX_SKELETON_ATOMS) {
    throw new MoleculeError(
      'too-large',
      `${label} has ${count} heavy atoms; at most ${MAX_SKELETON_ATOMS} are supported. Cut it into smaller parts.`,
    );
  }
}

function describeStranger(text: string): string {
  const stranger = /[^A-Za-z0-9@+\-[\]()=#$:/\\.%*~<>]/u.exec(text)?.[0] ?? '';
  return /\s/.test(stranger) ? 'a blank' : `the character "${stranger}"`;
}
