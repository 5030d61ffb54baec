/** Conformers as the page shows them, put together from what the worker tells: live while they are made, then as delivered. */
import type { DrawKey } from '../../../src/flow/sampler.js';
import type { FrameEvent } from '../../../src/generation/events.js';
import type { Conformer, Frame } from '../data/trajectory.js';
import type { DeliveredConformer } from './protocol.js';

export interface Assembly {
  take(event: FrameEvent): void;
  /** Everything on its way, refused draws and later duplicates among it; none before the first frame. */
  live(fields: ReadonlyMap<string, string>): Conformer[];
  delivered(conformers: readonly DeliveredConformer[]): Conformer[];
}

export function createAssembly(): Assembly {
  const ways = new Map<string, Frame[]>();
  /** The latest draw of each slot. */
  const latest: string[] = [];
  const keyOf = ({ conformer, attempt }: DrawKey) => `${conformer}.${attempt}`;
  return {
    take({ slots, draws, coordinates, speeds, stage, time }) {
      slots.forEach((slot, b) => {
        const key = keyOf(draws[b]);
        // What was drawn before in this slot has been refused.
        if (latest[slot] !== key) ways.delete(latest[slot]);
        latest[slot] = key;
        const way = ways.get(key) ?? [];
        way.push({ t: time, stage, coordinates: coordinates[b], speed: speeds?.[b] });
        ways.set(key, way);
      });
    },
    live: (fields) =>
      latest
        .filter((key) => ways.has(key))
        .map((key, index) => ({ label: String(index + 1), frames: [...(ways.get(key) ?? [])], fields })),
    delivered: (conformers) =>
      conformers.map(({ draw, fields }, index) => ({
        label: String(index + 1),
        frames: ways.get(keyOf(draw)) ?? [],
        fields: new Map(fields),
      })),
  };
}
