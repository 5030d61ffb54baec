/** What a supervisor and its worker process say to each other. */

/** To the worker. */
export interface Request<Task> {
  readonly task: Task;
  /** Processor time that the task may take, s; Infinity for no limit. */
  readonly seconds: number;
}

/** What was wrong with a task, as far as it can be sent. */
export interface Failure {
  readonly message: string;
  /** Of errors that have one, such as a MoleculeError's. */
  readonly code?: string | undefined;
}

/** From the worker. */
export type Message<Event> =
  /** It is open and waits for a task. */
  | { readonly kind: 'ready'; readonly usage: Usage }
  /** It cannot be opened, and another would not be either. */
  | { readonly kind: 'unusable'; readonly message: string }
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'finished'; readonly usage: Usage }
  /** The task is at fault; the worker is as good as before. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly usage: Usage }
  /** The worker may be damaged: it is to be replaced. */
  | { readonly kind: 'crashed'; readonly reason: string };

/** What the worker process has used. */
export interface Usage {
  /** Processor time since it started, all threads together, s. */
  readonly seconds: number;
  /** Memory that it holds now (resident set), MB. */
  readonly megabytes: number;
}
