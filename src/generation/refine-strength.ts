/** How much refinement may change, as the time on the path from noise to molecule at which it begins. */

/** Times by name: the later, the less of the input is noise. */
export const STRENGTHS = { polish: 0.9, clean: 0.6, reshape: 0.25, resample: 0 } as const;
export type Strength = keyof typeof STRENGTHS;
export const DEFAULT_STRENGTH: Strength = 'clean';

export function timeOf(strength: Strength | number): number {
  const time = typeof strength === 'number' ? strength : STRENGTHS[strength];
  if (!(time >= 0 && time < 1))
    throw new Error(
      `strength is ${strength}; expected a time from 0 (resample) to below 1, or ${Object.keys(STRENGTHS).join(', ')}`,
    );
  return time;
}
