/** Tells an error that may have damaged the process (its WebAssembly, its memory) from one that says what is wrong. */

/**
 * In words why the process is not to be used any more; undefined for an error that has its own message for people.
 * A thrown value that is no Error is a C++ exception of RDKit's: wasm code was left in the middle of its work.
 */
export function crashReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return 'RDKit was left by an exception of its own';
  const { message, name } = error;
  if (/call stack|recursion/i.test(message)) return 'it needs a deeper stack than there is';
  if (/string length|array length|allocat|out of memory|\bOOM\b|bad_alloc/i.test(message))
    return 'it needs more memory than there is';
  if (error instanceof WebAssembly.RuntimeError)
    return `RDKit's WebAssembly ended ${/out of bounds/.test(message) ? 'outside its memory' : 'in the middle of its work'}`;
  if (/^Aborted\(/.test(message)) return 'a WebAssembly module gave up';
  const unforeseen = ['TypeError', 'ReferenceError', 'SyntaxError', 'EvalError', 'URIError'];
  return unforeseen.includes(name) ? 'molflow met a state that it does not foresee' : undefined;
}
