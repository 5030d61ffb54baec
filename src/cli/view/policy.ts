/** What the viewer's page may do, as a Content-Security-Policy: nothing from elsewhere, and no eval. */

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
