/**
 * molflow/flow: flow matching by itself, without molecules: paths, couplings, priors, solvers, samplers, likelihoods and
 * the flows known in closed form that they are tested with. Runs in Node and in the browser.
 */
export * from './flow/path.js';
export * from './flow/schedule.js';
export * from './flow/path-schedule.js';
export * from './flow/interpolant.js';
export * from './flow/diffusion.js';
export * from './flow/objectives.js';
export * from './flow/prior.js';
export * from './flow/random.js';
export * from './flow/coupling.js';
export * from './flow/minibatch-transport.js';
export { optimalAssignment } from './flow/assignment.js';
export * from './flow/sinkhorn.js';
export * from './flow/rotation-average.js';
export * from './flow/time-grid.js';
export type { OdeProblem, OdeSolution, Velocity } from './flow/ode.js';
export * from './flow/solve.js';
export * from './flow/adaptive.js';
export type { ButcherTableau } from './flow/solvers/tableau.js';
export { isSolverName, solverByName, solverNames, type SolverName } from './flow/solvers/by-name.js';
export * from './flow/sampler.js';
export * from './flow/sampler-settings.js';
export * from './flow/fresh-noise.js';
export * from './flow/likelihood.js';
export * from './flow/continuity.js';
export * from './flow/straightness.js';
export * from './flow/finite-data-flow.js';
export * from './flow/gaussian-flow.js';
