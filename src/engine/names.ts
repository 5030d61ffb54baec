/** The engines by name; apart from opening them, which loads them. */

export const ENGINES = ['auto', 'onnx', 'tfjs-node', 'wasm'] as const;
export type EngineChoice = (typeof ENGINES)[number];

/** Execution providers of the onnx engine in Node; which of them work depends on the system. */
export const DEVICES = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const;
export type Device = (typeof DEVICES)[number];
