/** The parts of RDKit's JSON (rdkitjson 12) and of its stereo tags that are read here. */

export interface JsonAtom {
  z: number;
  chg: number;
  nRad: number;
  isotope: number;
  stereo: string;
}

export interface JsonBond {
  bo: number;
  atoms: [number, number];
  stereo: string;
  stereoAtoms?: [number, number];
}

export interface JsonDocument {
  defaults: { atom: JsonAtom; bond: Omit<JsonBond, 'atoms'> };
  molecules: [
    {
      atoms: Partial<JsonAtom>[];
      bonds?: (Partial<JsonBond> & { atoms: [number, number] })[];
      extensions?: { name: string; aromaticAtoms?: number[]; aromaticBonds?: number[]; atomRings?: number[][] }[];
    },
  ];
}

export interface StereoTags {
  CIP_atoms: [number, string][];
  CIP_bonds: [number, number, string][];
}
