/** A Python process that makes the ensemble of one molecule after another. */
import { createInterface } from 'node:readline';
import { startProgram } from '../../python/other-programs.node.js';
import { pythonProgram } from '../../python/programs.node.js';

export const MODES = ['train', 'drug', 'pair', 'reference', 'mmff'] as const;
export type Mode = (typeof MODES)[number];

const SCRIPT = pythonProgram('make-ensembles.py');

/** From the request to end to the end by force. */
const GRACE_MS = 1000;

export interface Request {
  readonly smiles: string;
  readonly title: string;
  readonly seed: number;
  /** SDF: conformers to start from, instead of those that the process makes. */
  readonly starts?: string;
}

export type Answer =
  | { readonly conformers: number; /** SDF. */ readonly records: string; readonly reason?: undefined }
  | {
      readonly reason: string;
      /** So many conformers to start from could help. */
      readonly wants?: number;
      readonly conformers?: undefined;
      readonly records?: undefined;
    };

export interface Worker {
  /** One request at a time. If the process dies at a molecule, that is its reason, and the next gets a new process. */
  make(request: Request): Promise<Answer>;
  stop(): void;
}

/**
 * @param options.python a Python that can import RDKit.
 * @throws Error from `make` where the process cannot start.
 */
export function startWorker({ python, mode }: { readonly python: string; readonly mode: Mode }): Worker {
  let process = startProcess(python, mode);
  let stopped = false;
  let answered = 0;
  return {
    async make(request) {
      const answer = await process.ask(request);
      if (typeof answer !== 'string') {
        answered++;
        return answer;
      }
      if (stopped || answered === 0) throw new Error(`${SCRIPT} ended: ${answer}`);
      process = startProcess(python, mode);
      return { reason: `Python ended (${answer.slice(-100)})` };
    },
    stop() {
      stopped = true;
      process.stop();
    },
  };
}

function startProcess(python: string, mode: Mode) {
  // The process ends when its input ends, so it outlives a killed command by at most one molecule.
  const { child, ended: exit } = startProgram(python, [SCRIPT, mode]);
  let problem = '';
  child.stderr.on('data', (text: Buffer) => (problem = `${problem}${text.toString()}`.slice(-2000)));
  const ended = exit.then(
    (code) => problem.trim() || (child.signalCode ?? `status ${code}`),
    (error: Error) => error.message,
  );
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** The answer, or what the process said when it ended. */
    async ask(request: Request): Promise<Answer | string> {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const next = await answers.next();
      return next.done ? ended : (JSON.parse(next.value) as Answer);
    },
    stop() {
      child.stdin.end();
      child.kill();
      // It may be deep in RDKit, which listens to nobody.
      const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      void ended.then(() => clearTimeout(kill));
    },
  };
}
