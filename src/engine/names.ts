/** The engines by name; apart from opening them, which loads them. */

export const ENGINES = ['auto', 'onnx', 'tfjs-node', 'wasm', 'torch'] as const;
export type EngineChoice = (typeof ENGINES)[number];

/** Execution providers of the onnx engine in Node, of which torch has cpu and cuda; which of them work depends on the system. */
export const DEVICES = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const;
export type Device = (typeof DEVICES)[number];
