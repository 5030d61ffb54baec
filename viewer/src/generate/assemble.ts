/** Puts the page's conformers together from the events of generation: live during the run, then as delivered. */
import { drawName, type DrawKey } from '../../../src/flow/sampler.js';
import type { GenerationEvent } from '../../../src/generation/events.js';
import type { GenerationResult } from '../../../src/generation/finish.js';
import { conformerFields } from '../../../src/generation/records.js';
import type { Conformer, Frame } from '../data/trajectory.js';

/** At most so many are shown during the run, for each frame of each is drawn anew. */
const MOST_LIVE = 12;

export interface Assembly {
  take(event: GenerationEvent): void;
  /** The first conformers that have frames; some of them may later be refused or dropped as duplicates. */
  live(fields: ReadonlyMap<string, string>): Conformer[];
  delivered(result: GenerationResult): Conformer[];
}

export function createAssembly(): Assembly {
  const ways = new Map<string, Frame[]>();
  /** The latest draw of each slot. */
  let latest: string[] = [];
  /** Stereoisomers are made one after another, each of draws with the same names. */
  let isomer = -1;
  const keyOf = (isomer: number, draw: DrawKey): string => `${isomer} ${drawName(draw)}`;
  return {
    take(event) {
      if (event.kind === 'prepared') {
        isomer += 1;
        latest = [];
      }
      if (event.kind !== 'frame') return;
      const { slots, draws, coordinates, speeds, stage, time } = event;
      slots.forEach((slot, b) => {
        const key = keyOf(isomer, draws[b]);
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
      (result.isomers ?? [result])
        .flatMap((one, isomer) =>
          one.conformers.map((conformer) => {
            const { draw, coordinates } = conformer;
            const way = ways.get(keyOf(isomer, draw)) ?? [];
            const last = way.at(-1) ?? { t: 1, stage: 'all' as const };
            return {
              // The last frame is the conformer as delivered: a force field may have moved it.
              frames: [...way.slice(0, -1), { ...last, coordinates }],
              fields: new Map(Array.from(conformerFields(one, conformer), ([field, value]) => [field, String(value)])),
            };
          }),
        )
        .map((conformer, index) => ({ label: String(index + 1), ...conformer })),
  };
}
