/** What both homes of the library export. */
export type {
  Atom,
  Bond,
  Hybridisation,
  Molecule,
  StereoAxis,
  StereoBond,
  StereoGroup,
  TetrahedralCentre,
} from './chem/molecule.js';
export { MoleculeError, parseSmiles, moleculeFromStructure, type MoleculeErrorCode } from './chem/parse.js';
export { loadRDKit, type RDKitModule, type RDKitMol } from './chem/rdkit.js';
export {
  stereoPerception,
  verifyStereo,
  type PerceivedStereo,
  type StereoPerception,
  type StereoVerdict,
} from './chem/stereo.js';
export {
  openPlaces,
  refuseOpenStereo,
  stereoisomers,
  type OpenPlace,
  type Stereoisomers,
} from './chem/stereoisomers.js';
export { DEFAULT_MAX_ISOMERS } from './chem/default-max-isomers.js';
export { checkGeometry, type GeometryProblem } from './chem/geometry-checks.js';
export {
  geometryPlan,
  type EndPlanes,
  type FlatKind,
  type GeometryPlan,
  type PlaneKind,
} from './chem/geometry-plan.js';
export {
  createForceField,
  MMFF94Error,
  type ForceField,
  type MMFF94Variant,
  type RelaxedConformer,
} from './chem/mmff94.js';
export { automorphisms, type Automorphisms } from './chem/automorphisms.js';
export { findMolecule, parseNamedMolecules, UnknownMoleculeError, type NamedMolecule } from './chem/named-molecules.js';
export type { Structure, StructureAtom, StructureBond } from './chem/structure.js';

// Readers, from text in chunks, and writers, to text.
export {
  inputFormatOf,
  readMolecules,
  structureFormatOf,
  type InputFormat,
  type ReadMoleculesOptions,
} from './chem/io/read-molecules.js';
export type { StructureFormat } from './chem/io/read-structures.js';
export type { BadRecord, InputRecord, RecordSource, SmilesRecord, StructureRecord } from './chem/io/input-record.js';
export { readSdf, type ReadSdfOptions, type SdfRecord } from './chem/io/sdf.js';
export { CtabError, readMolblock } from './chem/io/ctab.js';
export { InputError } from './chem/io/input-error.js';
export { RecordError, type RecordPlace } from './chem/io/record-error.js';
export type { TextChunks } from './chem/io/lines.js';
export type { ConformerRecord, FieldValue } from './chem/io/conformer-record.js';
export { sdfRecord } from './chem/io/write-sdf.js';
export { xyzFrame } from './chem/io/write-xyz.js';
export { pdbEntry } from './chem/io/write-pdb.js';
export { mol2Record } from './chem/io/write-mol2.js';
export { parquetRows, type ParquetRows } from './chem/io/write-parquet.js';
export { fieldColumns, type ColumnType, type FieldColumn, type FieldColumns } from './chem/io/parquet-columns.js';

export type { FloatArray } from './geometry/coordinates.js';
export { bestRmsd, rmsd, type BestRmsd } from './geometry/rmsd.js';
export type { Engine } from './engine/program.js';
export { readModel, writeModel, type Model, type StageModel } from './network/model.js';
export { DEFAULT_PHASE, PHASES, type Phase } from './network/phase-names.js';
export { createGenerator, type Generator } from './generation/generator.js';
export { generateConformers, DEFAULT_RMSD, DEFAULT_SEED, type GenerateOptions } from './generation/generate.js';
export type { CoreOptions } from './generation/overlay.js';
export type { Placement } from './generation/placement.js';
export { RMSD_ATOMS, type RmsdAtoms } from './generation/rmsd-atoms.js';
export type {
  Candidate,
  CheckedEvent,
  DrawnEvent,
  Fault,
  FrameEvent,
  GenerationEvent,
  KeptEvent,
  PreparedEvent,
  RefusedEvent,
} from './generation/events.js';
export {
  chosenSampler,
  defaultSampler,
  SAMPLERS,
  SAMPLER_ALIASES,
  type SamplerAlias,
  type SamplerChoice,
  type SamplerName,
} from './generation/choose-sampler.js';
export type {
  ModeSelectionSettings,
  OdeSettings,
  SamplerSettings,
  StochasticSettings,
} from './flow/sampler-settings.js';
export type { SolverName } from './flow/solvers/by-name.js';
export type { DrawKey, FreshNoise } from './flow/sampler.js';
export type { GridSpacing } from './flow/time-grid.js';
export {
  collectEvents,
  type Collector,
  type Conformer,
  type GenerationReport,
  type GenerationResult,
  type IsomerResult,
} from './generation/finish.js';
export {
  refineConformers,
  type GivenConformer,
  type RefinedConformer,
  type RefineOptions,
} from './generation/refine.js';
export { DEFAULT_STRENGTH, STRENGTHS, type Strength } from './generation/refine-strength.js';
export { refineStructures, type RefinedStructure } from './generation/refine-structures.js';
export {
  conformerFields,
  conformerRecord,
  conformerRecords,
  conformerSdf,
  type RecordOptions,
} from './generation/records.js';
export {
  collectTrajectories,
  recordTrajectory,
  trajectoryRecords,
  type Trajectory,
  type TrajectoryCollector,
  type TrajectoryFrame,
  type TrajectoryOptions,
} from './generation/trajectory.js';
export { countRotatableBonds, defaultCount } from './chem/rotatable-bonds.js';
export {
  conformerLogLikelihood,
  type ConformerLikelihood,
  type ConformerLikelihoodOptions,
} from './generation/log-likelihood.js';

// Scoring against reference ensembles: COV and AMR.
export { gatherConformers, type ConformerSet } from './evaluation/conformer-sets.js';
export { coverage, matchEnsembles, type EnsembleMatch } from './evaluation/ensemble-match.js';
export {
  prepareReference,
  scoreMolecule,
  type MoleculeScore,
  type Reference,
  type ScoredMolecule,
} from './evaluation/score-molecule.js';
export {
  summarise,
  summariseSeeds,
  THRESHOLDS,
  type MeanAndMedian,
  type Summary,
  type SummaryOptions,
} from './evaluation/summary.js';
