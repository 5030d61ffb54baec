/** Puts the page's conformers together from the events of generation: live during the run, then as delivered. */
import { drawName } from '../../../src/flow/sampler.js';
import type { FrameEvent } from '../../../src/generation/events.js';
import type { GenerationResult } from '../../../src/generation/finish.js';
import { conformerFields } from '../../../src/generation/records.js';
import type { Conformer, Frame } from '../data/trajectory.js';

/** At most so many are shown during the run, for each frame of each is drawn anew. */
const MOST_LIVE = 12;

export interface Assembly {
  take(event: FrameEvent): void;
  /** The first conformers that have frames; some of them may later be refused or dropped as duplicates. */
  live(fields: ReadonlyMap<string, string>): Conformer[];
  delivered(result: GenerationResult): Conformer[];
}

export function createAssembly(): Assembly {
  const ways = new Map<string, Frame[]>();
  /** The latest draw of each slot. */
  const latest: string[] = [];
  return {
    take({ slots, draws, coordinates, speeds, stage, time }) {
      slots.forEach((slot, b) => {
        const key = drawName(draws[b]);
        // The former draw of this slot was refused.
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
        .slice(0, MOST_LIVE)
        .map((key, index) => ({ label: String(index + 1), frames: [...(ways.get(key) ?? [])], fields })),
    delivered: (result) =>
      result.conformers.map((conformer, index) => {
        const { draw, coordinates } = conformer;
        const way = ways.get(drawName(draw)) ?? [];
        const last = way.at(-1) ?? { t: 1, stage: 'all' };
        return {
          label: String(index + 1),
          // The last frame is the conformer as delivered: a force field may have moved it.
          frames: [...way.slice(0, -1), { ...last, coordinates }],
          fields: new Map(Array.from(conformerFields(result, conformer), ([field, value]) => [field, String(value)])),
        };
      }),
  };
}
