/** What both homes of the library export. */
export type { Atom, Bond, Hybridisation, Molecule, StereoBond, TetrahedralCentre } from './chem/molecule.js';
export { MoleculeError, parseSmiles, moleculeFromStructure, type MoleculeErrorCode } from './chem/parse.js';
export { loadRDKit, type RDKitModule } from './chem/rdkit.js';
export { verifyStereo, type StereoVerdict } from './chem/stereo.js';
export { checkGeometry, type GeometryProblem } from './chem/geometry-checks.js';
export { createForceField, MMFF94Error, type ForceField } from './chem/mmff94.js';
export { automorphisms, type Automorphisms } from './chem/automorphisms.js';
export { findMolecule, parseNamedMolecules, UnknownMoleculeError, type NamedMolecule } from './chem/named-molecules.js';
export type { Structure } from './chem/structure.js';
export { readMolblock } from './chem/io/ctab.js';
export { readSdf, type SdfRecord } from './chem/io/sdf.js';
export { sdfRecord } from './chem/io/write-sdf.js';
export { xyzFrame } from './chem/io/write-xyz.js';
export { bestRmsd, rmsd } from './geometry/rmsd.js';
export type { Engine, Program, CompiledProgram } from './engine/program.js';
export { readModel, writeModel, type Model, type StageModel } from './network/model.js';
export { createGenerator, type Generator } from './generation/generator.js';
export {
  generateConformers,
  DEFAULT_RMSD,
  DEFAULT_SEED,
  type Conformer,
  type GenerateOptions,
  type GenerationReport,
  type GenerationResult,
} from './generation/generate.js';
export type { GenerationEvent } from './generation/events.js';
export {
  refineConformers,
  DEFAULT_STRENGTH,
  STRENGTHS,
  type GivenConformer,
  type RefinedConformer,
  type RefineOptions,
  type Strength,
} from './generation/refine.js';
export { refineStructures, type RefinedStructure } from './generation/refine-structures.js';
export { conformerFields, conformerSdf } from './generation/records.js';
export { recordTrajectory, trajectoryRecords, type Trajectory, type TrajectoryFrame } from './generation/trajectory.js';
export { countRotatableBonds } from './chem/rotatable-bonds.js';
export { defaultCount } from './generation/default-count.js';
