/** Real headless Chromium for the viewer's tests. */
import { existsSync } from 'node:fs';

/** Debian's binary and other usual places; CHROMIUM names another. */
export const chromiumPath = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path): path is string => path !== undefined && existsSync(path));

/**
 * WebGL and WebGPU on the processor, the first to draw with, the second so that the page is seen to leave it alone; what
 * is neither is drawn without them, which costs a third less.
 */
export const softwareGl = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-gpu-compositing',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

if (chromiumPath === undefined) {
  console.warn(
    'The viewer’s browser tests are skipped: no Chromium was found. Install it (Debian: apt-get install chromium) or name it in CHROMIUM.',
  );
}
