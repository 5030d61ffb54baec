/** What the viewer's page may do, as a Content-Security-Policy: nothing from elsewhere, and no eval. */

const ORIGIN = /^https?:\/\/(\*\.)?[\w.-]+(:\d+)?$/;

/**
 * Pages that may show the viewer in a frame, as the policy's `frame-ancestors`: origins separated by commas, or `self`.
 * @throws Error where one is no origin; not all pages can be let in, for each of them sees the files
 */
export function frameAncestors(text: string): string {
  const sources = text.split(',').map((part) => part.trim().replace(/\/$/, ''));
  for (const source of sources)
    if (source !== 'self' && !ORIGIN.test(source))
      throw new Error(
        `“${source}” is no origin: give some such as http://localhost:8888, separated by commas, or self.`,
      );
  return sources.map((source) => (source === 'self' ? "'self'" : source)).join(' ');
}

/**
 * The policy; `scripts` and `styles` are sources such as `'self'` or `'sha256-…'`. `'wasm-unsafe-eval'` lets RDKit and
 * onnxruntime compile WebAssembly, and nothing else.
 */
export function contentPolicy({
  scripts = "'self'",
  styles = "'self'",
  self = "'self' ",
}: {
  readonly scripts?: string;
  readonly styles?: string;
  /** Empty for a page that stands alone in one file. */
  readonly self?: "'self' " | '';
} = {}): string {
  return [
    "default-src 'none'",
    `script-src ${scripts} 'wasm-unsafe-eval'`,
    `style-src ${styles}`,
    `img-src ${self}data: blob:`,
    'media-src blob:',
    `connect-src ${self}blob:`,
    `worker-src ${self}blob:`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
