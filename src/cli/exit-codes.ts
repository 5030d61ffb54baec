/** The exit codes of every command. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  /** Some of a batch failed. */
  partly: 3,
  /** As EX_TEMPFAIL of sysexits.h: the time is over, and another run goes on. */
  walltime: 75,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;
