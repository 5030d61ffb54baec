/** The flags of molflow generate. */
import type { InputFormat } from '../../chem/io/read-molecules.js';
import type { OutputFormat } from '../../chem/io/output.node.js';
import type { Structure } from '../../chem/structure.js';
import type { RmsdAtoms } from '../../generation/rmsd-atoms.js';
import type { GenerateOptions } from '../../generation/generate.js';
import type { ConfigFlags } from '../config.js';
import type { GeneratorFlags } from '../generator-flags.js';
import type { LibraryFlags } from '../library-flags.js';
import type { LimitFlags } from '../limit-flags.js';
import type { OutputFlags } from '../output-flags.js';
import type { SamplerAlias, SamplerName } from '../../generation/choose-sampler.js';

export interface GenerateFlags extends ConfigFlags, GeneratorFlags, LibraryFlags, LimitFlags, OutputFlags {
  readonly smiles?: string[];
  readonly molecule?: string[];
  readonly input?: string;
  readonly format?: InputFormat;
  readonly smilesColumn?: string;
  readonly nameColumn?: string;
  readonly outDir?: string;
  readonly outFormat?: OutputFormat;
  readonly numConfs?: number;
  readonly seed: number;
  readonly steps?: number;
  readonly sampler?: SamplerName | SamplerAlias;
  readonly rmsd: number;
  readonly rmsdAtoms: RmsdAtoms;
  readonly strictStereo?: boolean;
  readonly enumerateStereo?: boolean | number;
  readonly align?: boolean;
  readonly alignTo?: string;
  readonly core?: string;
  readonly coreSmarts?: string;
  readonly energyWindow?: number;
  readonly optimize: 'none' | 'mmff94' | 'mmff94s';
  readonly energies?: boolean;
  readonly plain?: boolean;
  readonly logLikelihood?: boolean;
  readonly largestFragment?: boolean;
  readonly fast?: boolean;
  readonly thorough?: boolean;
  readonly json?: boolean;
}

/** The structures that flags name, read. */
export interface GivenStructures {
  readonly alignTo?: Structure | undefined;
  readonly core?: Structure | undefined;
}

/** The options of the pipeline among them, as they are sent to the worker. */
export function optionsOf(flags: GenerateFlags, { alignTo, core }: GivenStructures = {}): GenerateOptions {
  return {
    rmsdAtoms: flags.rmsdAtoms,
    strictStereo: flags.strictStereo,
    enumerateStereo: flags.enumerateStereo,
    align: flags.align,
    alignTo,
    core: core && { structure: core, smarts: flags.coreSmarts },
    count: flags.numConfs,
    seed: flags.seed,
    steps: flags.steps,
    sampler: flags.sampler,
    rmsd: flags.rmsd,
    energyWindow: flags.energyWindow,
    optimize: flags.optimize,
    energies: flags.energies,
    plain: flags.plain,
    thorough: flags.thorough,
  };
}
