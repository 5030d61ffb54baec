/** Path schedules: how much data and how much noise x_t holds at time t, with derivatives. */

/**
 * x_t = data(t)·x1 + noise(t)·x0, from pure noise at t = 0 (data 0, noise 1) to pure data at t = 1 (data 1, noise 0).
 * The velocity along one path is dataRate·x1 + noiseRate·x0.
 *
 * Lipman et al. (arXiv:2210.02747), §4; Albergo, Boffi & Vanden-Eijnden (arXiv:2303.08797), §3.
 */
export interface Schedule {
  readonly name: string;
  data(t: number): number;
  noise(t: number): number;
  /** d data/dt. */
  dataRate(t: number): number;
  /** d noise/dt. */
  noiseRate(t: number): number;
}

/** The straight path of flow matching: data t, noise 1 − t. */
export const straightSchedule: Schedule = {
  name: 'straight',
  data: (t) => t,
  noise: (t) => 1 - t,
  dataRate: () => 1,
  noiseRate: () => -1,
};

/** The trigonometric path: sin and cos of πt/2; data² + noise² = 1, so unit variances stay unit. */
export const cosineSchedule: Schedule = {
  name: 'cosine',
  data: (t) => Math.sin((Math.PI / 2) * t),
  noise: (t) => Math.cos((Math.PI / 2) * t),
  dataRate: (t) => (Math.PI / 2) * Math.cos((Math.PI / 2) * t),
  noiseRate: (t) => (-Math.PI / 2) * Math.sin((Math.PI / 2) * t),
};

/** The path along a straight line whose share of data is t^power: slow at first for power > 1; power must be ≥ 1. */
export function polynomialSchedule(power: number): Schedule {
  if (!(power >= 1)) throw new Error(`Polynomial schedule: the power is ${power}; expected 1 or more.`);
  const rate = (t: number) => power * t ** (power - 1);
  return {
    name: `polynomial-${power}`,
    data: (t) => t ** power,
    noise: (t) => 1 - t ** power,
    dataRate: rate,
    noiseRate: (t) => -rate(t),
  };
}

/** What a network may predict at (x, t). */
export type Prediction = 'velocity' | 'data' | 'noise';

/**
 * Turns one prediction at (x, t) into another under a schedule, entry by entry. From a velocity and from noise, the
 * conversion divides by data·noiseRate − noise·dataRate or by data; the latter is 0 at t = 0, where noise says nothing
 * about the data, and noise(1) = 0 at t = 1: there the result is not finite.
 */
export function convertPrediction({
  from,
  to,
  value,
  x,
  t,
  schedule = straightSchedule,
}: {
  readonly from: Prediction;
  readonly to: Prediction;
  readonly value: Float64Array;
  readonly x: Float64Array;
  readonly t: number;
  readonly schedule?: Schedule;
}): Float64Array {
  const a = schedule.data(t);
  const b = schedule.noise(t);
  const aRate = schedule.dataRate(t);
  const bRate = schedule.noiseRate(t);
  return value.map((p, i) => {
    if (from === to) return p;
    let data: number;
    let noise: number;
    switch (from) {
      case 'data':
        data = p;
        noise = (x[i] - a * p) / b;
        break;
      case 'noise':
        noise = p;
        data = (x[i] - b * p) / a;
        break;
      case 'velocity': {
        // x = a·x1 + b·x0 and v = a'·x1 + b'·x0, solved for both.
        const determinant = a * bRate - b * aRate;
        data = (bRate * x[i] - b * p) / determinant;
        noise = (a * p - aRate * x[i]) / determinant;
        break;
      }
    }
    return to === 'data' ? data : to === 'noise' ? noise : aRate * data + bRate * noise;
  });
}
