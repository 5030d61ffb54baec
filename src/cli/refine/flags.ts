/** The flags of molflow refine. */
import type { OutputFormat } from '../../chem/io/output.node.js';
import type { Strength } from '../../generation/refine-strength.js';
import type { GeneratorFlags } from '../generator-flags.js';
import type { EndFlags } from '../library-flags.js';
import type { LimitFlags } from '../limit-flags.js';
import type { OutputFlags } from '../output-flags.js';

export interface RefineFlags extends EndFlags, GeneratorFlags, LimitFlags, OutputFlags {
  readonly input: string;
  readonly outDir?: string;
  readonly outFormat?: OutputFormat;
  readonly strength: Strength | number;
  readonly steps?: number;
  readonly seed: number;
}
