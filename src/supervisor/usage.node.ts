/** What this process uses, and how it is told to the supervisor. */
import type { Usage } from './messages.js';

/** The open file of a worker process to which its meter writes. */
export const METER_FILE = 3;
/** Time between two lines of the meter, ms. */
export const METER_MS = 100;

/** Processor time that this process has used, s. */
export function secondsUsed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export function usageNow(): Usage {
  return { seconds: secondsUsed(), megabytes: process.memoryUsage.rss() / 2 ** 20 };
}
