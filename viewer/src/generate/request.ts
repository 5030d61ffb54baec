/** A request for conformers, as form, address and worker exchange it. */
import { DEFAULT_PHASE, PHASES, type Phase } from '../../../src/network/phase-names.js';

export const MAX_COUNT = 300;
export const RELAXATIONS = ['none', 'mmff94s', 'mmff94'] as const;
/** As the command has them: its default, `--fast`, `--thorough`. */
export const QUALITIES = ['default', 'fast', 'thorough'] as const;

export interface GenerationRequest {
  /** SMILES or a known name. */
  readonly text: string;
  readonly count: number;
  readonly seed: number;
  /** Force field by which every conformer is relaxed. */
  readonly optimize?: (typeof RELAXATIONS)[number] | undefined;
  /** Conformers further above the lowest are dropped, kcal/mol. */
  readonly energyWindow?: number | undefined;
  /** `fast`: the model distilled to two steps; `thorough`: more steps and a choice among more draws. */
  readonly quality?: (typeof QUALITIES)[number] | undefined;
  /** Where the molecule is; the gas phase by default. */
  readonly phase?: Phase | undefined;
  /** Make all stereoisomers that open stereo allows, each with so many conformers. */
  readonly enumerateStereo?: boolean | undefined;
  /** Of several fragments, take the largest. */
  readonly largestFragment?: boolean | undefined;
  /** Name of the molecule, where it is not the text. */
  readonly name?: string | undefined;
}

/** Reads a request from the parameters of an address; undefined where they name no molecule. Numbers are clamped to their range. */
export function readRequest(parameters: URLSearchParams): GenerationRequest | undefined {
  const text = parameters.get('smiles');
  if (text === null) return undefined;
  const whole = (name: string, fallback: number, least: number, most: number): number => {
    const value = parameters.get(name);
    const number = value === null || value.trim() === '' ? NaN : Math.round(Number(value));
    return Number.isFinite(number) ? Math.max(least, Math.min(most, number)) : fallback;
  };
  const one = <T extends string>(name: string, list: readonly T[]): T | undefined =>
    list.find((value) => value === parameters.get(name));
  const phase = one('phase', PHASES);
  const energyWindow = Number(parameters.get('energyWindow') ?? NaN);
  return {
    text,
    count: whole('count', 4, 1, MAX_COUNT),
    seed: whole('seed', 1, 0, 2 ** 31 - 1),
    optimize: one('optimize', RELAXATIONS),
    quality: one('quality', QUALITIES),
    ...(phase !== undefined && phase !== DEFAULT_PHASE && { phase }),
    ...(energyWindow > 0 && { energyWindow }),
    ...(parameters.get('enumerateStereo') === 'true' && { enumerateStereo: true }),
    ...(parameters.get('largestFragment') === 'true' && { largestFragment: true }),
    ...(parameters.get('name') && { name: parameters.get('name') ?? undefined }),
  };
}

export function requestText({ text, ...rest }: GenerationRequest): string {
  return new URLSearchParams([
    ['smiles', text],
    ...Object.entries(rest).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  ]).toString();
}

export function sameRequest(one: GenerationRequest, other: GenerationRequest): boolean {
  return requestText(one) === requestText(other);
}
