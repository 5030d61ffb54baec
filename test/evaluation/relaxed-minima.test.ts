import { describe, expect, it } from 'vitest';
import { relaxedMinimumOf, summariseRelaxedMinima } from '../../src/evaluation/relaxed-minima.js';

/** Three atoms, the angle at the middle one in degrees. */
function bent(degrees: number): Float32Array {
  const angle = (degrees * Math.PI) / 180;
  return Float32Array.of(1.5, 0, 0, 0, 0, 0, 1.5 * Math.cos(angle), 1.5 * Math.sin(angle), 0);
}

const reference = {
  conformers: [bent(109.5), bent(180)],
  permutations: [Uint16Array.of(0, 1, 2), Uint16Array.of(2, 1, 0)],
};

describe('the minima that conformers relax into', () => {
  it('tell references, minima that they lack, and higher ones apart', () => {
    const common = { reference, moved: 0.02, precision: 0.4 };
    expect(relaxedMinimumOf({ ...common, minimum: bent(110), above: 0.3 })).toEqual({
      kind: 'reference',
      precision: 0.4,
      precisionWithUnlisted: 0.4,
    });
    expect(relaxedMinimumOf({ ...common, minimum: bent(140), above: 5.9 })).toEqual({
      kind: 'unlisted',
      precision: 0.4,
      precisionWithUnlisted: 0.02,
    });
    expect(relaxedMinimumOf({ ...common, minimum: bent(140), above: -1 }).kind).toBe('unlisted');
    expect(relaxedMinimumOf({ ...common, minimum: bent(140), above: 6.1 })).toEqual({
      kind: 'above',
      precision: 0.4,
      precisionWithUnlisted: 0.4,
    });
    // A conformer that fell far is no worse for its minimum.
    expect(relaxedMinimumOf({ ...common, moved: 0.7, minimum: bent(140), above: 1 }).precisionWithUnlisted).toBe(0.4);
  });

  it('are means over molecules, and shares of conformers', () => {
    const at = (kind: 'reference' | 'unlisted', precision: number, precisionWithUnlisted: number) => ({
      kind,
      precision,
      precisionWithUnlisted,
    });
    const found = summariseRelaxedMinima([
      [at('reference', 0.1, 0.1), at('unlisted', 0.5, 0.1), at('unlisted', 0.6, 0.1)],
      [at('reference', 0.2, 0.2)],
    ]);
    expect(found.reference).toBeCloseTo(0.5, 12);
    expect(found.unlisted).toBeCloseTo(0.5, 12);
    expect(found.above).toBe(0);
    expect(found.precision).toBeCloseTo((0.4 + 0.2) / 2, 12);
    expect(found.precisionWithUnlisted).toBeCloseTo((0.1 + 0.2) / 2, 12);
  });
});
