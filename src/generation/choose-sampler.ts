/** Which sampler a molecule's skeleton is drawn by: the model's own policy, and what a user asks for instead. */
import type { Molecule } from '../chem/molecule.js';
import type { ModeSelectionSettings, SamplerSettings } from '../flow/sampler-settings.js';
import { solverNames, type SolverName } from '../flow/solvers/by-name.js';
import type { StageModel } from '../network/model.js';
import {
  DEFAULT_OVERSAMPLING,
  DEFAULT_SKELETON_SAMPLING,
  skeletonSampling,
  type EvaluationBudget,
  type Oversampling,
  type SizeClass,
} from '../network/sampling.js';

/**
 * Mode selection; fresh noise from independent draws, of a fixed share or of that of the reverse chain of diffusion; or
 * an ODE solver.
 */
export type SamplerName = 'modes' | 'stochastic' | 'ancestral' | SolverName;
export const SAMPLERS: readonly SamplerName[] = ['modes', 'stochastic', 'ancestral', ...solverNames];
export function isSamplerName(name: string): name is SamplerName {
  return (SAMPLERS as readonly string[]).includes(name);
}

/** Former names. */
export const SAMPLER_ALIASES = { spread: 'modes' } as const satisfies Readonly<Record<string, SamplerName>>;
export type SamplerAlias = keyof typeof SAMPLER_ALIASES;

export function isSamplerAlias(name: string): name is SamplerAlias {
  return name in SAMPLER_ALIASES;
}

export interface SamplerChoice {
  /** By default the model's own. */
  readonly sampler?: SamplerName | SamplerAlias | undefined;
  /** Evaluations of the network for a conformer: steps of its flow, with mode selection those of all candidates. */
  readonly steps?: number | undefined;
  /** The model's quicker settings for this size, where it has some; not with a sampler by name. */
  readonly fast?: boolean | undefined;
  /** Its slower, more accurate ones, as `fast`. */
  readonly thorough?: boolean | undefined;
}

type Sized = Pick<Molecule, 'skeletonCount'>;

/** The sampler that a model's policy has for a molecule of this size. */
export function defaultSampler({ skeletonCount }: Sized, stage: Pick<StageModel, 'sampling'> = {}): SamplerSettings {
  return classOf(skeletonCount, skeletonSampling(stage).classes).samplers[0];
}

/** Draws for each conformer asked for, as the model's policy has it for this size and sampler. */
export function chosenOversampling(
  { skeletonCount }: Sized,
  { sampler, ...effort }: SamplerChoice,
  settings: SamplerSettings,
  stage: Pick<StageModel, 'sampling'> = {},
): Oversampling {
  const own = classOf(skeletonCount, skeletonSampling(stage).classes);
  const asked = sampler === undefined ? ofEffort(own, effort) : undefined;
  if (asked) return asked.oversampling;
  return own.oversampling ?? DEFAULT_OVERSAMPLING[settings.kind === 'mode-selection' ? 'selected' : 'independent'];
}

/**
 * The sampler by name and steps. What the model's policy has no settings for comes from the default policy; where modes
 * are not selected, for there is one shape or there are few steps, the next sampler of the size takes their place.
 * @throws Error where the name is unknown, or the steps are no whole number of 1 or more.
 */
export function chosenSampler(
  { skeletonCount }: Sized,
  { sampler, steps, ...effort }: SamplerChoice,
  stage: Pick<StageModel, 'sampling'> = {},
): SamplerSettings {
  const name = sampler === undefined || !isSamplerAlias(sampler) ? sampler : SAMPLER_ALIASES[sampler];
  if (name !== undefined && !isSamplerName(name))
    throw new Error(`no sampler is called '${String(name)}'; expected one of ${SAMPLERS.join(', ')}`);
  if (steps !== undefined && (!Number.isInteger(steps) || steps < 1))
    throw new Error(`steps is ${steps}; expected a whole number, 1 or more`);
  const own = classOf(skeletonCount, skeletonSampling(stage).classes);
  const usual = classOf(skeletonCount, DEFAULT_SKELETON_SAMPLING.classes);
  const found =
    name === undefined
      ? (ofEffort(own, effort)?.sampler ?? own.samplers[0])
      : [own, usual].flatMap(({ samplers }) => samplers).find((settings) => samplerName(settings) === name);
  const chosen = found ?? own.samplers[0];
  return steps === undefined ? chosen : withSteps(chosen, steps, own);
}

/** The settings of a size for who has little time or much. */
function ofEffort({ fast, thorough }: SizeClass, effort: Pick<SamplerChoice, 'fast' | 'thorough'>) {
  return (effort.fast ? fast : undefined) ?? (effort.thorough ? thorough : undefined);
}

/** The name by which a user asks for such a sampler. */
export function samplerName(settings: SamplerSettings): SamplerName {
  switch (settings.kind) {
    case 'ode':
      return settings.solver;
    case 'mode-selection':
      return 'modes';
    case 'stochastic':
      return settings.noise.freshShare === 'ancestral' ? 'ancestral' : 'stochastic';
  }
}

function classOf(atoms: number, classes: readonly SizeClass[]): SizeClass {
  return classes.find(({ upTo = Infinity }) => atoms <= upTo) ?? classes[classes.length - 1];
}

function withSteps(settings: SamplerSettings, steps: number, { samplers, budget }: SizeClass): SamplerSettings {
  if (settings.kind !== 'mode-selection') return { ...settings, steps };
  const selecting = budget ? withinBudget(settings, steps, budget) : inProportion(settings, steps);
  if (selecting.selectionSteps > 0 && selecting.finishSteps > 0) return selecting;
  const next =
    samplers.find(({ kind }) => kind !== 'mode-selection') ?? DEFAULT_SKELETON_SAMPLING.classes[0].samplers[0];
  return withSteps(next, steps, { samplers });
}

/** Candidates and steps such that all of them together are so many. */
function withinBudget(
  settings: ModeSelectionSettings,
  evaluations: number,
  { evaluationsPerSelectionStep, candidateShare, singleStepTime }: EvaluationBudget,
): ModeSelectionSettings {
  const selectionSteps = Math.floor(evaluations / evaluationsPerSelectionStep);
  const candidates = Math.min(settings.candidates, Math.floor(candidateShare * evaluations));
  return {
    ...settings,
    candidates,
    selectionSteps,
    selectionTime: selectionSteps === 1 ? Math.min(singleStepTime, settings.selectionTime) : settings.selectionTime,
    finishSteps: evaluations - candidates * selectionSteps,
  };
}

/** The steps of one conformer, of which the same part as before is taken before the selection. */
function inProportion(settings: ModeSelectionSettings, steps: number): ModeSelectionSettings {
  const before = settings.selectionSteps / (settings.selectionSteps + settings.finishSteps);
  const selectionSteps = Math.ceil(steps * before);
  return { ...settings, selectionSteps, selectionTime: selectionSteps / steps, finishSteps: steps - selectionSteps };
}
