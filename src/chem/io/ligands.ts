/** Picks the ligands out of the atoms of a PDB or mmCIF entry, as structures. */
import { bondsByDistance } from '../bonds-by-distance.js';
import { chargesByValence, hasUsualValences } from '../charges-by-valence.js';
import { pairKey } from '../pair-key.js';
import type { Structure, StructureBond } from '../structure.js';

export interface Site {
  /** What bonds name it by. */
  readonly id: string;
  readonly name: string;
  /** Its residue's name, such as ATP. */
  readonly component: string;
  /** Residues of one model with the same key are one. */
  readonly residue: string;
  readonly model: string;
  readonly altLoc: string;
  readonly element: number;
  readonly charge: number | undefined;
  readonly xyz: readonly [number, number, number];
  /** Whether its residue belongs to a chain of protein, nucleic acid or sugar. */
  readonly inPolymer: boolean;
  /** Line of the file, from 1. */
  readonly line: number;
}

export interface Link {
  readonly a: string;
  readonly b: string;
  /** Undefined where the file does not say; a single bond where it says so of another one of the ligand. */
  readonly order: StructureBond['order'] | undefined;
}

export interface Ligand {
  readonly structure: Structure;
  /** The residues that it consists of, such as “ATP A 501”. */
  readonly residues: string;
  readonly line: number;
}

const WATERS = new Set('HOH WAT DOD H2O SOL TIP TIP3 TIP3P T3P SPC OPC'.split(' '));
const IONS = new Set('SO4 PO4 2HP PI PO3 SO3 NO3 CO3 BCT SCN AZI PER LCP CLO'.split(' '));

/**
 * The ligands: residues of no chain that are neither water nor ions, those bonded to each other as one; the largest first,
 * those of one component in the order of the file. Of alternative positions the first is taken.
 *
 * Bonds are those of `links`, where these connect all atoms of a ligand, else by distance. Where no link of a ligand has
 * an order, its bonds are single ones; unless all valences are then usual ones, its structure has `ordersUnknown`.
 */
export function ligandsOf({
  sites,
  links,
  title,
}: {
  readonly sites: readonly Site[];
  readonly links: readonly Link[];
  /** Takes the place of names that say nothing, such as UNL. */
  readonly title?: string | undefined;
}): Ligand[] {
  const residues = new Map<string, Site[]>();
  for (const site of sites) {
    if (site.inPolymer || WATERS.has(site.component) || IONS.has(site.component)) continue;
    const key = `${site.model}|${site.residue}`;
    const own = residues.get(key);
    if (own) own.push(site);
    else residues.set(key, [site]);
  }
  const single = [...residues.values()]
    .map(firstPositions)
    .filter((own) => heavyCount(own) > 1 || own.some(({ element }) => element === 6));
  const groups = joined(single, links);
  const ligands = groups.map((group) => ligandOf(group, links, title));
  const size = ({ structure }: Ligand): number => heavyCount(structure.atoms);
  return ligands
    .map((ligand, i) => ({ ligand, i }))
    .sort(
      (one, other) =>
        size(other.ligand) - size(one.ligand) ||
        (one.ligand.structure.name < other.ligand.structure.name
          ? -1
          : one.ligand.structure.name > other.ligand.structure.name
            ? 1
            : 0) ||
        one.i - other.i,
    )
    .map(({ ligand }) => ligand);
}

const heavyCount = (atoms: readonly { readonly element: number }[]): number =>
  atoms.filter(({ element }) => element !== 1).length;

function firstPositions(residue: readonly Site[]): Site[] {
  const chosen = residue.find(({ altLoc }) => altLoc !== '')?.altLoc ?? '';
  return residue.filter(({ altLoc }) => altLoc === '' || altLoc === chosen);
}

/** Residues with bonds between them as one, such as the sugars of a glycan. */
function joined(residues: readonly Site[][], links: readonly Link[]): Site[][] {
  const at = new Map<string, number[]>();
  residues.forEach((residue, i) => {
    for (const { id } of residue) at.set(id, [...(at.get(id) ?? []), i]);
  });
  const root = residues.map((_, i) => i);
  const find = (i: number): number => (root[i] === i ? i : (root[i] = find(root[i])));
  for (const { a, b } of links)
    for (const i of at.get(a) ?? [])
      for (const j of at.get(b) ?? [])
        if (residues[i][0].model === residues[j][0].model)
          root[Math.max(find(i), find(j))] = Math.min(find(i), find(j));
  const groups = new Map<number, Site[]>();
  residues.forEach((residue, i) => groups.set(find(i), [...(groups.get(find(i)) ?? []), ...residue]));
  return [...groups.values()];
}

function ligandOf(sites: readonly Site[], links: readonly Link[], title: string | undefined): Ligand {
  const index = new Map(sites.map(({ id }, i) => [id, i]));
  const elements = sites.map(({ element }) => element);
  const coordinates = Float32Array.from(sites.flatMap(({ xyz }) => xyz));
  const told = new Map<string, { a: number; b: number; order: Link['order'] }>();
  for (const { a: from, b: to, order } of links) {
    const [a, b] = [index.get(from), index.get(to)];
    if (a !== undefined && b !== undefined && a !== b) told.set(pairKey(a, b), { a, b, order });
  }
  const near = bondsByDistance(elements, coordinates);
  const written = isConnected(sites.length, [...told.values()]) ? [...told.values()] : near;
  const bonds = written.map(({ a, b, order }): StructureBond => ({ a, b, order: order ?? 1 }));
  const ordered = [...told.values()].some(({ order }) => order !== undefined) && written !== near;
  const given = sites.some(({ charge }) => charge !== undefined);
  const charges =
    given || !ordered
      ? sites.map(({ charge }) => charge ?? 0)
      : chargesByValence({ elements, bonds, complete: elements.includes(1) });
  const known = ordered || hasUsualValences({ elements, bonds, charges });
  const components = [...new Set(sites.map(({ component }) => component))];
  const name = components.join('-');
  return {
    structure: {
      name: title !== undefined && /^(UNL|UNK|LIG|MOL|DRG|INH)?$/.test(name) ? title : name,
      atoms: elements.map((element, i) => ({ element, charge: charges[i], isotope: 0 })),
      bonds,
      coordinates,
      dimension: 3,
      ...(!known && { ordersUnknown: true }),
    },
    residues: [...new Set(sites.map(({ residue }) => residue))].join(', '),
    line: sites[0].line,
  };
}

function isConnected(atoms: number, bonds: readonly { readonly a: number; readonly b: number }[]): boolean {
  const reached = new Set([0]);
  for (let before = 0; before < reached.size;) {
    before = reached.size;
    for (const { a, b } of bonds) {
      if (reached.has(a)) reached.add(b);
      else if (reached.has(b)) reached.add(a);
    }
  }
  return reached.size === atoms;
}
