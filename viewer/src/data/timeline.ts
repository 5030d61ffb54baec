/** Flow time as one axis: the skeleton stage, a short gap, then the hydrogen stage. */
import type { Conformer, Entry, Frame, Stage } from './trajectory.js';

/** Gap between two stages, in units of flow time. */
const GAP = 0.12;

export interface StageInterval {
  readonly stage: Stage;
  /** Position of the stage's t = 0 on the axis. */
  readonly start: number;
}

export interface Timeline {
  readonly stages: readonly StageInterval[];
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
  const present = new Set(entry.conformers.flatMap(({ frames }) => frames.map(({ stage }) => stage)));
  const stages = ORDER.filter((stage) => present.has(stage)).map((stage, index) => ({
    stage,
    start: index * (1 + GAP),
  }));
  const positions = new Set<number>();
  for (const { frames } of entry.conformers)
    for (const frame of frames) positions.add(round(positionIn(stages, frame)));
  const stops = [...positions].sort((one, other) => one - other);
  const moving = entry.conformers.some(({ frames }) => frames.length > 1);
  return { stages, stops, length: moving ? (stops[stops.length - 1] ?? 0) : 0 };
}

function round(position: number): number {
  return Math.round(position * 1e6) / 1e6;
}

function positionIn(stages: readonly StageInterval[], frame: Frame): number {
  return (stages.find(({ stage }) => stage === frame.stage)?.start ?? 0) + frame.t;
}

export function positionOf(timeline: Timeline, frame: Frame): number {
  return round(positionIn(timeline.stages, frame));
}

/** The stage at a position, and flow time there. In the gap it is the end of the stage before. */
export function stageAt(timeline: Timeline, position: number): { stage: Stage; t: number } {
  const { stage, start } = timeline.stages.findLast(({ start }) => start <= position + 1e-6) ?? timeline.stages[0];
  return { stage, t: Math.max(0, Math.min(1, position - start)) };
}

/**
 * Where a conformer's atoms are at a position. With `smooth`, straight lines between frames of one stage, which is
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

/** The stop after (`direction` 1) or before (−1) a position; at the end of the axis, that end. */
export function stopBeside({ stops }: Timeline, position: number, direction: 1 | -1): number {
  const beside =
    direction === 1 ? stops.find((stop) => stop > position + 1e-6) : stops.findLast((stop) => stop < position - 1e-6);
  return beside ?? (direction === 1 ? (stops[stops.length - 1] ?? 0) : (stops[0] ?? 0));
}
