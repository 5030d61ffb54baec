/** Which atoms conformers are compared by: `polar` are the heavy ones and the hydrogens of N, O and S. */
export const RMSD_ATOMS = ['heavy', 'polar', 'all'] as const;
export type RmsdAtoms = (typeof RMSD_ATOMS)[number];
