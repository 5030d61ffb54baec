/**
 *   npm install molflow vite
 *   npx vite            # or npx vite build
 */
export default {
  base: './',
  // The library loads parts of itself when they are needed, which a worker of the default format, iife, cannot.
  worker: { format: 'es' },
  build: { target: 'es2022' },
  // Vite's development server would bundle these anew, and lose where their wasm files lie.
  optimizeDeps: { exclude: ['molflow', 'onnxruntime-web'] },
};
