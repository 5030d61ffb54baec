/** Flow time as one axis: the skeleton act, a short rest, then the act of the hydrogens. */
import type { Conformer, Entry, Frame, Stage } from './trajectory.js';

/** Rest between two acts, in units of flow time. */
const REST = 0.12;

export interface Act {
  readonly stage: Stage;
  /** Position of the act's t = 0 on the axis. */
  readonly start: number;
}

export interface Timeline {
  readonly acts: readonly Act[];
  /** Length of the axis; 0 where nothing moves. */
  readonly length: number;
  /** Every position at which some conformer has a frame, ascending. */
  readonly stops: readonly number[];
}

export interface Moment {
  readonly coordinates: Float32Array;
  readonly stage: Stage;
  readonly t: number;
  /** Index of the last frame at or before the moment. */
  readonly frame: number;
}

const ORDER: readonly Stage[] = ['all', 'skeleton', 'hydrogens'];

export function timelineOf(entry: Entry): Timeline {
  const stages = new Set(entry.conformers.flatMap(({ frames }) => frames.map(({ stage }) => stage)));
  const acts = ORDER.filter((stage) => stages.has(stage)).map((stage, index) => ({ stage, start: index * (1 + REST) }));
  const positions = new Set<number>();
  for (const { frames } of entry.conformers) for (const frame of frames) positions.add(round(positionIn(acts, frame)));
  const stops = [...positions].sort((one, other) => one - other);
  const moving = entry.conformers.some(({ frames }) => frames.length > 1);
  return { acts, stops, length: moving ? (stops[stops.length - 1] ?? 0) : 0 };
}

function round(position: number): number {
  return Math.round(position * 1e6) / 1e6;
}

function positionIn(acts: readonly Act[], frame: Frame): number {
  return (acts.find(({ stage }) => stage === frame.stage)?.start ?? 0) + frame.t;
}

export function positionOf(timeline: Timeline, frame: Frame): number {
  return round(positionIn(timeline.acts, frame));
}

/** The act that a position lies in, and flow time there. During the rest it is the end of the act before. */
export function actAt(timeline: Timeline, position: number): { act: Act; t: number } {
  const act = timeline.acts.findLast(({ start }) => start <= position + 1e-6) ?? timeline.acts[0];
  return { act, t: Math.max(0, Math.min(1, position - act.start)) };
}

/**
 * Where a conformer's atoms are at a position. With `smooth`, straight lines between frames of one act, which is
 * also what an Euler step draws; else the last frame at or before the position.
 */
export function momentAt(
  timeline: Timeline,
  { frames }: Conformer,
  position: number,
  { smooth = true }: { smooth?: boolean } = {},
): Moment {
  let index = 0;
  while (index + 1 < frames.length && positionOf(timeline, frames[index + 1]) <= position + 1e-6) index += 1;
  const frame = frames[index];
  const next = frames[index + 1];
  const here = positionOf(timeline, frame);
  if (smooth && next && next.stage === frame.stage && position > here) {
    const share = (position - here) / (positionOf(timeline, next) - here);
    const coordinates = frame.coordinates.map((value, k) => value + share * (next.coordinates[k] - value));
    return { coordinates, stage: frame.stage, t: frame.t + share * (next.t - frame.t), frame: index };
  }
  return { coordinates: frame.coordinates, stage: frame.stage, t: frame.t, frame: index };
}

/** The stop after (`direction` 1) or before (−1) a position; the position's own end where there is none. */
export function stopBeside({ stops }: Timeline, position: number, direction: 1 | -1): number {
  const beside =
    direction === 1 ? stops.find((stop) => stop > position + 1e-6) : stops.findLast((stop) => stop < position - 1e-6);
  return beside ?? (direction === 1 ? (stops[stops.length - 1] ?? 0) : (stops[0] ?? 0));
}
