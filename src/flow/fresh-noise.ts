/** What a share of fresh noise does to a distribution: the ancestral share, and Gaussians in closed form. */

/**
 * The share γ = 1 − (t(1−u)/(u(1−t)))² of fresh noise in a step from t to u > t at which the straight path's sampler
 * is the reverse of a Markov chain that adds noise (ancestral sampling): with it, finer steps converge to the data's
 * distribution. At t = 0 it is 1.
 *
 * Song, Meng & Ermon, "Denoising diffusion implicit models" (arXiv:2010.02502), eq. 16 with η = 1, for data t and
 * noise 1 − t.
 */
export function ancestralShare(t: number, u: number): number {
  const kept = (t * (1 - u)) / (u * (1 - t));
  return 1 - kept * kept;
}

/**
 * Variance of every coordinate after each step of the sampler x_u = u·x̂1 + (1−u)(√(1−γ)·ε̂ + √γ·ε) with unaligned
 * fresh noise ε, when data and noise are isotropic Gaussians with mean zero and x̂1 is the exact posterior mean,
 * x̂1 = c·x_t, c = t·D/(t²D + (1−t)²S), D and S the variances of data and noise. Returns one number a time.
 *
 * The step multiplies x by m = u·c + (1−u)√(1−γ)(1−t·c)/(1−t) and adds variance (1−u)²γS. Without fresh noise or with
 * the ancestral share, the last variance tends to D as the steps shrink. A fixed share in ever smaller steps narrows
 * the distribution: γ = 1 tends to D/2.
 */
export function gaussianSamplerVariance({
  times,
  share,
  dataVariance,
  noiseVariance = 1,
}: {
  /** From 0 to 1, increasing. */
  readonly times: readonly number[];
  readonly share: number | 'ancestral';
  readonly dataVariance: number;
  readonly noiseVariance?: number;
}): number[] {
  const variances = [noiseVariance];
  for (let k = 1; k < times.length; k++) {
    const t = times[k - 1];
    const u = times[k];
    const gamma = share === 'ancestral' ? ancestralShare(t, u) : share;
    const gain = (t * dataVariance) / (t * t * dataVariance + (1 - t) * (1 - t) * noiseVariance);
    const factor = u * gain + ((1 - u) * Math.sqrt(1 - gamma) * (1 - t * gain)) / (1 - t);
    variances.push(factor * factor * variances[k - 1] + (1 - u) * (1 - u) * gamma * noiseVariance);
  }
  return variances;
}
