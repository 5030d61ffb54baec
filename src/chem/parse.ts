/** Makes a `Molecule` of a SMILES or of a structure read from a file, with RDKit's perception. */
import { withStereoOf } from './coordinate-stereo.js';
import { chargeSeparated, withSeparatedCharges } from './dative-bonds.js';
import { keepDrawnStereo } from './drawn-stereo.js';
import { components, substructure, withFragment } from './fragments.js';
import { atomsByInput, matchOrder } from './match-order.js';
import { molblock } from './molblock.js';
import type { Molecule, StereoGroup } from './molecule.js';
import { MoleculeError, noElement, severalFragments, shorten } from './molecule-error.js';
import { perceive } from './perceive.js';
import { failureReason, withMol } from './rdkit.js';
import type { RDKitModule, RDKitMol } from './rdkit.js';
import { groupNote } from './stereo-groups.js';
import type { Structure } from './structure.js';
import { readSmilesText, textFragment, type TextGraph } from './smiles-text.js';
import { keepWrittenStereo } from './stereo-guard.js';
import { refuseLarge } from './size-limit.js';
import { CENTRES_IN_DOUBT, isomericSmiles } from './isomeric-smiles.js';
import { writtenStereo } from './written-stereo.js';

export { MoleculeError, type MoleculeErrorCode } from './molecule-error.js';

/**
 * The molecule of a SMILES.
 *
 * - `name`: title of the molecule; the SMILES itself by default.
 * - `largestFragment`: take the fragment with the most heavy atoms (the first of equals) where the
 *   SMILES has several, instead of refusing it.
 * @throws MoleculeError
 */
export function parseSmiles(
  rdkit: RDKitModule,
  smiles: string,
  { name, largestFragment = false }: { name?: string | undefined; largestFragment?: boolean | undefined } = {},
): Molecule {
  const [text, extension] = splitExtension(smiles.trim());
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
  if (text.replace(/\[[^\]]*\]/g, '').includes('~')) {
    throw new MoleculeError(
      'invalid',
      `"${shorten(text)}" holds ~, which stands for any bond; give the bond itself: -, =, #, : or -> for a dative one.`,
    );
  }
  refuseLarge(countSmilesAtoms(text, largestFragment), shorten(text));
  const separated = chargeSeparated(text);
  return withReadSmiles(rdkit, separated, (mol) => {
    if (!mol) {
      const reason = failureReason(rdkit);
      throw new MoleculeError(
        'invalid',
        `"${shorten(text)}" is not a valid SMILES${reason ? `: ${reason}` : ''}. Check its brackets, ring closures and valences.`,
      );
    }
    const label = `"${shorten(text)}"`;
    const stereoGroups = extension === undefined ? [] : readGroups(extension, label);
    const written = readSmilesText(separated);
    if (!text.includes('.')) return keptAsWritten(rdkit, perceive(mol, title), { text: written, stereoGroups, label });
    const largest = (sizes: readonly number[]): number => {
      if (sizes.length > 1 && !largestFragment) throw severalFragments(label, sizes.length);
      return sizes.indexOf(Math.max(...sizes));
    };
    // The text is cut as RDKit cuts the molecule: by the first of the fragments with most heavy atoms.
    const parts = components(written.atoms.length, written.bonds).map((atoms) => new Set(atoms));
    const heavy = parts.map((part) => [...part].filter((i) => written.atoms[i].element !== 1).length);
    const part = parts[heavy.indexOf(Math.max(...heavy))];
    return withFragment(mol, largest, label, (fragment) =>
      keptAsWritten(rdkit, perceive(fragment, title), { text: textFragment(written, part), stereoGroups: [], label }),
    );
  });
}

/**
 * RDKit's molecule of a SMILES. A plain hydrogen that it keeps for a direction written at its bond is taken off, unless it
 * tells the two forms of an imine apart: its JSON has no directions.
 */
function withReadSmiles<T>(rdkit: RDKitModule, text: string, use: (mol: RDKitMol | null) => T): T {
  return withMol(rdkit, text, (mol) =>
    mol && /\[H\]/.test(text)
      ? withMol(rdkit, mol.get_json(), (plain) => use(plain ?? mol), { details: '{"removeHs":true}' })
      : use(mol),
  );
}

/** The molecule with what the text says and RDKit's perception leaves out: marks of stereo, atom maps, atom order. */
function keptAsWritten(
  rdkit: RDKitModule,
  molecule: Molecule,
  {
    text,
    stereoGroups,
    label,
  }: { readonly text: TextGraph; readonly stereoGroups: readonly StereoGroup[]; readonly label: string },
): Molecule {
  const structure: Structure = {
    name: '',
    atoms: text.atoms.map(({ element, isotope, charge }) => ({ element, isotope, charge })),
    bonds: text.bonds,
    dimension: 2,
  };
  const order = matchOrder(structure, molecule, label);
  const marked = text.atoms.some(({ mark }) => mark) || text.bonds.some(({ up }) => up !== undefined);
  const kept = marked ? keepWrittenStereo(rdkit, molecule, writtenStereo(text, molecule, order), label) : molecule;
  return grouped({ ...withSmilesOfAll(rdkit, kept, molecule), ...ofInput(text.atoms, order) }, { stereoGroups }, order);
}

/** With the groups of relative stereo, and a note that the form drawn is the one that is made. */
function grouped(
  molecule: Molecule,
  { stereoGroups = [], notes = [] }: Pick<Structure, 'stereoGroups' | 'notes'>,
  order: Int32Array,
): Molecule {
  const toMolecule = atomsByInput(order);
  const groups = stereoGroups.map(({ kind, atoms }) => ({
    kind,
    atoms: atoms.flatMap((i) => toMolecule.get(i) ?? []),
  }));
  const words = stereoGroups.map(({ kind, atoms }) =>
    groupNote(
      kind,
      atoms.map((atom) => atom + 1),
    ),
  );
  const all = [...(molecule.notes ?? []), ...notes, ...words];
  return {
    ...molecule,
    ...(groups.length > 0 && { stereoGroups: groups }),
    ...(all.length > 0 && { notes: all }),
  };
}

/** Map numbers and order of the input's atoms, where there is something to say. */
function ofInput(
  atoms: readonly { readonly element: number; readonly map?: number | undefined }[],
  order: Int32Array,
): Pick<Molecule, 'mapNumbers' | 'inputOrder'> {
  const mapped = atoms.some(({ map = 0 }) => map > 0);
  // Those of the input stand first and in its order, and hydrogens that it implies after them.
  const ascending = order.every((from, i) => i === 0 || (from < 0 ? true : from > order[i - 1] && order[i - 1] >= 0));
  return {
    ...(mapped && { mapNumbers: Array.from(order, (from) => (from < 0 ? 0 : (atoms[from].map ?? 0))) }),
    ...(!ascending && { inputOrder: [...order] }),
  };
}

/** The molecule with the stereo of its conformer that RDKit does not see. */
function completed(rdkit: RDKitModule, molecule: Molecule, structure: Structure, order: Int32Array): Molecule {
  const { coordinates, dimension } = structure;
  if (dimension !== 3 || !coordinates) {
    return withSmilesOfAll(rdkit, keepDrawnStereo(rdkit, molecule, structure, order), molecule);
  }
  const x = new Float32Array(3 * order.length).fill(NaN);
  order.forEach((from, i) => {
    if (from >= 0) x.set(coordinates.subarray(3 * from, 3 * from + 3), 3 * i);
  });
  return withSmilesOfAll(rdkit, withStereoOf(rdkit, molecule, x), molecule);
}

/** With a SMILES that has the stereo, too, that was put back to what RDKit perceived. */
function withSmilesOfAll(rdkit: RDKitModule, kept: Molecule, perceived: Molecule): Molecule {
  const hasMore =
    kept.axes !== undefined || kept.centres !== perceived.centres || kept.stereoBonds !== perceived.stereoBonds;
  const inDoubt = kept.centres.filter(({ specified }) => specified).length >= CENTRES_IN_DOUBT;
  return hasMore || inDoubt ? { ...kept, smiles: isomericSmiles(rdkit, kept) } : kept;
}

/**
 * The molecule of a structure read from a file. The stereo of a 3D structure is taken from its coordinates, never
 * from wedges or parities; that of a drawing from the wedges in `structure.molblock`.
 *
 * `order[i]` is the index in the structure of atom i of the molecule, −1 for a hydrogen that the structure left
 * out. Heavy atoms keep their order; removable hydrogens come after the skeleton, grouped by parent.
 * With `largestFragment` the atoms of the other fragments are absent from the molecule and from `order`.
 * With `complete` (the default) stereo is also taken from where RDKit sees none: see `withStereoOf` for a conformer.
 * @throws MoleculeError
 */
export function moleculeFromStructure(
  rdkit: RDKitModule,
  given: Structure,
  {
    largestFragment = false,
    complete = true,
  }: { largestFragment?: boolean | undefined; complete?: boolean | undefined } = {},
): { molecule: Molecule; order: Int32Array } {
  const structure = withSeparatedCharges(given);
  const label = structure.name ? `"${shorten(structure.name)}"` : 'The structure';
  if (structure.atoms.length === 0) {
    throw new MoleculeError('empty', `${label} has no atoms; expected a molecule.`);
  }
  if (structure.ordersUnknown) {
    throw new MoleculeError(
      'invalid',
      `${label}: its file does not say the orders of its bonds, so that it is known where its atoms are, but not which molecule it is. Give its SMILES, or SDF, MOL2, or CIF of the Chemical Component Dictionary.`,
    );
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
      return {
        molecule: complete
          ? grouped({ ...completed(rdkit, molecule, part, order), ...ofInput(part.atoms, order) }, part, order)
          : molecule,
        order: part === structure ? order : order.map((i) => (i < 0 ? i : kept[i])),
      };
    },
    { details: '{"removeHs":true}' },
  );
}

/** A CXSMILES extension, `CC |…|`, apart from its SMILES. */
function splitExtension(text: string): [smiles: string, extension?: string] {
  const [, smiles, extension] = /^(\S+)\s+\|([^|]*)\|$/.exec(text) ?? [];
  return smiles === undefined ? [text] : [smiles, extension];
}

/** Groups of relative stereo of an extension: `&1:3,5` is a mixture, `o1:3` one or the other, `a:3` as written. */
function readGroups(extension: string, label: string): StereoGroup[] {
  const groups: StereoGroup[] = [];
  let rest = extension;
  while (rest !== '') {
    const [whole, kind, list] = /^(a|o\d+|&\d+):(\d+(?:,\d+)*)(?:,|$)/.exec(rest) ?? [];
    if (whole === undefined) {
      throw new MoleculeError(
        'invalid',
        `${label}: of the extension |${shorten(extension)}| only groups of stereo (a:, o1:, &1:) are understood, not "${shorten(rest)}". Leave that out.`,
      );
    }
    if (kind !== 'a') groups.push({ kind: kind.startsWith('&') ? 'and' : 'or', atoms: list.split(',').map(Number) });
    rest = rest.slice(whole.length);
  }
  return groups;
}

/**
 * Atoms of a SMILES that come to be the skeleton, by its text alone: RDKit takes seconds to read a text that is far too
 * long. Of its longest fragment where asked.
 */
function countSmilesAtoms(text: string, largestFragment: boolean): number {
  const count = (part: string): number => {
    const atoms = part.match(/\[[^\]]*\]|Br|Cl|[BCNOPSFI*]|[bcnops]/g) ?? [];
    return atoms.filter((atom) => !/^\[H[+-]?\d*\]$/.test(atom)).length;
  };
  return largestFragment ? text.split('.').reduce((most, part) => Math.max(most, count(part)), 0) : count(text);
}

function describeStranger(text: string): string {
  const stranger = /[^A-Za-z0-9@+\-[\]()=#$:/\\.%*~<>]/u.exec(text)?.[0] ?? '';
  return /\s/.test(stranger) ? 'a blank' : `the character "${stranger}"`;
}
