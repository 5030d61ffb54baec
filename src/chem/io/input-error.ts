/** A file of molecules that cannot be opened or understood at all; the message names it and says why. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
