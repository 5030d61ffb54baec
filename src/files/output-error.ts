/** An output that cannot be opened or written; the message names it and says why. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its directory does not exist',
  ENOTDIR: 'a part of the path is not a directory',
  EEXIST: 'a file is there, and a folder is expected; name another',
  EISDIR: 'it is a directory; name a file in it',
  EACCES: 'writing there is not permitted',
  EPERM: 'writing there is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than is permitted',
  ENXIO: 'nothing can be written to it',
};

/** The OutputError of an error of the system. */
export function explain(error: unknown, name: string): OutputError {
  if (error instanceof OutputError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new OutputError(`cannot write ${name}: ${REASONS[code ?? ''] ?? message}`, { cause: error });
}
