/** What this process uses, and how it is told to the supervisor. */
import type { Usage } from './messages.js';

/** The open file of a worker process to which its meter writes. */
export const METER_FILE = 3;
/** Time between two lines of the meter, ms. */
export const METER_MS = 100;

export function usageNow(): Usage {
  const { user, system } = process.cpuUsage();
  return { seconds: (user + system) / 1e6, megabytes: process.memoryUsage.rss() / 2 ** 20 };
}
