/** What is said of a molecule at which worker processes end. */
import type { Outcome } from '../../supervisor/pool.node.js';

export const crashMessage = ({ reason }: Extract<Outcome, { kind: 'crashed' }>): string =>
  `it ended the process that worked on it, and another one that tried again: ${reason}`;
