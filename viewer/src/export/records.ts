/** Conformers and trajectories as the texts of files. */
import type { ConformerRecord } from '../../../src/chem/io/conformer-record.js';
import { mol2Record } from '../../../src/chem/io/write-mol2.js';
import { pdbEntry } from '../../../src/chem/io/write-pdb.js';
import { sdfRecord } from '../../../src/chem/io/write-sdf.js';
import { xyzFrame } from '../../../src/chem/io/write-xyz.js';
import { lastFrame, type Entry } from '../data/trajectory.js';

export interface FileFormat {
  readonly name: string;
  readonly type: string;
  readonly text: (records: readonly ConformerRecord[]) => string;
}

/** Records of one title after another: stereoisomers are molecules of their own, which a PDB entry does not hold together. */
function byMolecule(records: readonly ConformerRecord[]): ConformerRecord[][] {
  const groups: ConformerRecord[][] = [];
  for (const record of records) {
    const group = groups.at(-1);
    if (group && group[0].title === record.title) group.push(record);
    else groups.push([record]);
  }
  return groups;
}

/** By the ending of the file's name. */
export const FORMATS = {
  sdf: { name: 'SDF', type: 'chemical/x-mdl-sdfile', text: (records) => records.map(sdfRecord).join('') },
  xyz: { name: 'XYZ', type: 'chemical/x-xyz', text: (records) => records.map(xyzFrame).join('') },
  pdb: { name: 'PDB', type: 'chemical/x-pdb', text: (records) => byMolecule(records).map(pdbEntry).join('') },
  mol2: { name: 'MOL2', type: 'chemical/x-mol2', text: (records) => records.map(mol2Record).join('') },
} as const satisfies Record<string, FileFormat>;

/** Fields that name the frame and its conformer, under their former names too. */
const OF_A_FRAME = /^(MOLFLOW_)?(FLOW_TIME|STAGE|SPEED|CONFORMER)$/;

/** A record with this field was made by molflow and is exported unchanged. */
const MADE_BY_MOLFLOW = 'MOLFLOW_DRAW';

/** The last frames of the `chosen` conformers: where they lay in the file, with their data fields. */
export function recordsOf(
  { structure, conformers }: Entry,
  chosen: readonly number[],
  /** MMFF94, kcal/mol, where it is known. */
  energyOf: (index: number) => number | null | undefined,
): ConformerRecord[] {
  return chosen.map((index) => {
    const conformer = conformers[index];
    const { coordinates } = lastFrame(conformer);
    const record = { molecule: structure, coordinates, title: titleOf(structure.name, conformer.fields) };
    if (conformer.fields.has(MADE_BY_MOLFLOW)) return { ...record, fields: conformer.fields };
    const energy = energyOf(index);
    const fields = ownFields(conformer.fields);
    fields.set('MOLFLOW_CONFORMER', conformer.label);
    if (typeof energy === 'number') fields.set('MOLFLOW_ENERGY_MMFF94', energy.toFixed(4));
    return { ...record, fields };
  });
}

/** Stereoisomers are numbered as the command does it. */
function titleOf(name: string, fields: ReadonlyMap<string, string>): string {
  const isomer = fields.get('MOLFLOW_STEREOISOMER');
  return isomer === undefined || name.endsWith(`_${isomer}`) ? name : `${name}_${isomer}`;
}

/** Fields of the conformer, without those of its last frame. */
export function ownFields(fields: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...fields].filter(([name]) => !OF_A_FRAME.test(name)));
}

/** All frames of the `chosen` conformers as SDF, as the viewer's README describes such a file. */
export function trajectoryOf({ structure, conformers }: Entry, chosen: readonly number[]): string {
  return chosen
    .flatMap((index) =>
      conformers[index].frames.map(({ t, stage, speed, coordinates }) => {
        const fields = new Map<string, string>([
          ['MOLFLOW_CONFORMER', conformers[index].label],
          ['MOLFLOW_FLOW_TIME', String(Number(t.toFixed(6)))],
          ...(stage === 'all' ? [] : [['MOLFLOW_STAGE', stage] as const]),
          ...(speed === undefined ? [] : [['MOLFLOW_SPEED', speed.toFixed(4)] as const]),
        ]);
        return sdfRecord({ molecule: structure, coordinates, fields });
      }),
    )
    .join('');
}
