/** Counter-based random numbers, bit for bit the same on every platform: uniform, normal, integer. */
import type { FloatArray } from '../geometry/coordinates.js';

/** A stream of random numbers. Two streams made with the same arguments give the same numbers. */
export interface Random {
  /** A uniform number in the open interval (0,1), a multiple of 2⁻³³. */
  uniform(): number;
  /** A standard normal number; |z| ≤ 6.34, the limit of the 32 bits behind it. */
  normal(): number;
  /** A uniform integer in [0, n), 1 ≤ n ≤ 2³². */
  integer(n: number): number;
  /** Fills `out` with standard normal numbers. */
  fillNormal(out: FloatArray): void;
}

/** Names one stream of noise: conformer `conformer` of the run `seed`, at a step of an attempt. */
export interface NoiseKey {
  /** A whole number in [0, 2⁵³). */
  readonly seed: number;
  /** Index of the conformer, in [0, 2³²). */
  readonly conformer?: number;
  /** Which of the noises tried for this conformer, in [0, 65536). */
  readonly attempt?: number;
  /** Step of the sampler, in [0, 2³²). */
  readonly step?: number;
  /** Tells apart different uses at one step, in [0, 65536). */
  readonly stream?: number;
}

/**
 * Ten rounds of Philox4x32 on `state` [4] (the counter, overwritten by the random words) with the key (k0, k1).
 *
 * Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011).
 */
export function philox4x32(state: Uint32Array, k0: number, k1: number): void {
  let c0 = state[0];
  let c1 = state[1];
  let c2 = state[2];
  let c3 = state[3];
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  state[0] = c0;
  state[1] = c1;
  state[2] = c2;
  state[3] = c3;
}

/** The upper 32 bits of the product of two 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) | 0;
}

/**
 * A sequential stream for training and tests. `indices` (up to three, each in [0, 2³²)) tell streams of one seed
 * apart, such as worker and step, so that a resumed run goes on with the numbers it would have had.
 */
export function createRandom(seed: number, ...indices: readonly number[]): Random {
  if (indices.length > 3) throw new Error(`createRandom: ${indices.length} indices were given; at most 3 fit.`);
  const [a = 0, b = 0, c = 0] = indices.map((value) => wholeNumber('index', value, 2 ** 32));
  // Bit 31 of the second key word keeps these streams apart from those of createNoise.
  return philoxStream(seed, 0x80000000, a, b, c);
}

/** The stream that `key` names, independent of every other key's. */
export function createNoise({ seed, conformer = 0, attempt = 0, step = 0, stream = 0 }: NoiseKey): Random {
  wholeNumber('conformer', conformer, 2 ** 32);
  wholeNumber('step', step, 2 ** 32);
  wholeNumber('attempt', attempt, 65536);
  wholeNumber('stream', stream, 65536);
  return philoxStream(seed, 0, conformer, step, attempt * 65536 + stream);
}

/** Fills `out` with the first standard normal numbers of the stream that `key` names. */
export function gaussianNoise(out: FloatArray, key: NoiseKey): void {
  createNoise(key).fillNormal(out);
}

function philoxStream(seed: number, domain: number, c1: number, c2: number, c3: number): Random {
  wholeNumber('seed', seed, 2 ** 53);
  const k0 = seed | 0;
  const k1 = Math.floor(seed / 2 ** 32) | domain | 0;
  const words = new Uint32Array(4);
  let block = 0;
  let used = 4;
  function next(): number {
    if (used === 4) {
      words[0] = block;
      words[1] = c1;
      words[2] = c2;
      words[3] = c3;
      philox4x32(words, k0, k1);
      block++;
      used = 0;
    }
    return words[used++];
  }
  const uniform = () => (next() + 0.5) / 4294967296;
  const normal = () => inverseNormal((next() + 0.5) / 4294967296);
  return {
    uniform,
    normal,
    integer(n) {
      wholeNumber('n', n - 1, 2 ** 32);
      const limit = 2 ** 32 - (2 ** 32 % n);
      let word = next();
      while (word >= limit) word = next();
      return word % n;
    },
    fillNormal(out) {
      for (let i = 0; i < out.length; i++) out[i] = normal();
    },
  };
}

function wholeNumber(name: string, value: number, limit: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= limit) {
    throw new Error(`Random stream: ${name} is ${value}; expected a whole number in [0, ${limit}).`);
  }
  return value;
}

/**
 * The quantile of the standard normal distribution at p in (0,1), to about 1e-16 relative. Only + − × ÷ and √ are
 * used, which IEEE 754 rounds the same everywhere; engines differ in Math.log and Math.cos.
 *
 * Wichura, Applied Statistics 37, 477 (1988), algorithm AS 241, PPND16.
 */
export function inverseNormal(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q *
        (((((((2.509080928730122673e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r +
          4.5921953931549871457e4) *
          r +
          1.3731693765509461125e4) *
          r +
          1.9715909503065514427e3) *
          r +
          1.3314166789178437745e2) *
          r +
          3.387132872796366608)) /
      (((((((5.226495278852854561e3 * r + 2.8729085735721942674e4) * r + 3.930789580009271061e4) * r +
        2.1213794301586595867e4) *
        r +
        5.3941960214247511077e3) *
        r +
        6.871870074920579083e2) *
        r +
        4.2313330701600911252e1) *
        r +
        1)
    );
  }
  let r = Math.sqrt(-logarithm(q < 0 ? p : 1 - p));
  let z: number;
  if (r <= 5) {
    r -= 1.6;
    z =
      (((((((7.7454501427834140764e-4 * r + 2.27238449892691845833e-2) * r + 2.4178072517745061177e-1) * r +
        1.27045825245236838258) *
        r +
        3.64784832476320460504) *
        r +
        5.7694972214606914055) *
        r +
        4.6303378461565452959) *
        r +
        1.42343711074968357734) /
      (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 1.51986665636164571966e-2) * r +
        1.4810397642748007459e-1) *
        r +
        6.8976733498510000455e-1) *
        r +
        1.6763848301838038494) *
        r +
        2.05319162663775882187) *
        r +
        1);
  } else {
    r -= 5;
    z =
      (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.2426609473880784386e-3) * r +
        2.6532189526576123093e-2) *
        r +
        2.9656057182850489123e-1) *
        r +
        1.7848265399172913358) *
        r +
        5.4637849111641143699) *
        r +
        6.6579046435011037772) /
      (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r +
        7.868691311456132591e-4) *
        r +
        1.48753612908506148525e-2) *
        r +
        1.3692988092273580531e-1) *
        r +
        5.9983220655588793769e-1) *
        r +
        1);
  }
  return q < 0 ? -z : z;
}

const LN2 = 0.6931471805599453;

/**
 * Natural logarithm of x in (0, 1] by exact operations: x = m·2^e with m in [√½, √2), log m = 2·artanh((m−1)/(m+1))
 * as its power series, whose terms fall by 0.0295 each.
 */
function logarithm(x: number): number {
  let exponent = 0;
  while (x < 1 / 65536) {
    x *= 65536;
    exponent -= 16;
  }
  while (x < 0.5) {
    x *= 2;
    exponent--;
  }
  if (x < Math.SQRT1_2) {
    x *= 2;
    exponent--;
  }
  const s = (x - 1) / (x + 1);
  const s2 = s * s;
  let sum = 0;
  for (let k = 23; k >= 1; k -= 2) sum = sum * s2 + 1 / k;
  return exponent * LN2 + 2 * s * sum;
}
