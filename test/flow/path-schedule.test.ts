import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ancestralShareOf, diffusionStep, LINEAR_VARIANCE } from '../../src/flow/diffusion.js';
import { ancestralShare } from '../../src/flow/fresh-noise.js';
import { pathSchedule, scheduleTime, straightTime, type PathSettings } from '../../src/flow/path-schedule.js';
import { straightSchedule } from '../../src/flow/schedule.js';

const paths: PathSettings[] = [
  { kind: 'straight' },
  { kind: 'cosine' },
  { kind: 'polynomial', power: 2.5 },
  { ...LINEAR_VARIANCE, kind: 'variance-preserving' },
];
const inside = fc.double({ min: 0.05, max: 0.95, noNaN: true });

describe.each(paths)('the $kind path', (path) => {
  const schedule = pathSchedule(path);

  it('divided by a + b, is the straight one at straightTime, whose inverse is scheduleTime', () => {
    fc.assert(
      fc.property(
        inside,
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (t, x0, x1) => {
          const [a, b] = [schedule.data(t), schedule.noise(t)];
          const s = straightTime(schedule, t);
          expect((a * x1 + b * x0) / (a + b)).toBeCloseTo(s * x1 + (1 - s) * x0, 10);
          expect(scheduleTime(schedule, s)).toBeCloseTo(t, 10);
        },
      ),
    );
    expect(straightTime(schedule, 1)).toBe(1);
    expect(scheduleTime(schedule, 0)).toBe(0);
    expect(scheduleTime(schedule, 1)).toBe(1);
  });

  it('has the steps of the straight path, with and without fresh noise, whatever is predicted', () => {
    fc.assert(
      fc.property(inside, inside, fc.double({ min: -3, max: 3, noNaN: true }), fc.boolean(), (t, way, y, ancestral) => {
        const u = t + way * (1 - t);
        const scale = (time: number) => schedule.data(time) + schedule.noise(time);
        const x = Float64Array.of(y * scale(t));
        const value = Float64Array.of(Math.sin(3 * x[0]) + t);
        const fresh = Float64Array.of(0.7);
        const share = ancestral ? ancestralShareOf(schedule, t, u) : 0;
        const own = diffusionStep({ x, value, prediction: 'data', t, u, schedule, share, fresh });
        const [s, v] = [straightTime(schedule, t), straightTime(schedule, u)];
        const straight = diffusionStep({
          x: Float64Array.of(y),
          value,
          prediction: 'data',
          t: s,
          u: v,
          schedule: straightSchedule,
          share: ancestral ? ancestralShare(s, v) : 0,
          fresh,
        });
        expect(own[0] / scale(u)).toBeCloseTo(straight[0], 7);
      }),
    );
  });
});
