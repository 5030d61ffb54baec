/** molflow in the browser, best in a worker: the same library, fed with addresses instead of files. */
export * from './index.shared.js';
export { openWebEngine, type WebEngineOptions } from './engine/onnx.web.js';
export { openGenerator, type OpenGeneratorOptions } from './generation/open-generator.web.js';
export { generate, refine, type WithGenerator } from './generation/one-call.js';
