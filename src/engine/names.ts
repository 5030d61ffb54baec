/** The engines by name; apart from opening them, which loads them. */

export const ENGINES = ['auto', 'onnx', 'tfjs-node', 'wasm'] as const;
export type EngineChoice = (typeof ENGINES)[number];
