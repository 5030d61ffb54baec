/** molflow in Node: conformers from SMILES. */
export * from './index.shared.js';
export { DEVICES, ENGINES, type Device, type EngineChoice } from './engine/names.js';
export { openEngine, type OpenEngineOptions } from './engine/open.node.js';
export { loadModel, shippedModels, DEFAULT_MODEL } from './network/load-model.node.js';
export { openGenerator, type OpenGeneratorOptions } from './generation/open-generator.node.js';
export { generate, refine } from './generation/one-call.node.js';
export type { WithGenerator } from './generation/one-call.js';
export { readMoleculeFile, type ReadMoleculeFileOptions } from './chem/io/read-file.node.js';
export { openText } from './chem/io/open.node.js';
export { openOutput, OutputError, type ConformerOutput, type OutputFormat } from './chem/io/output.node.js';
export type { OpenOptions } from './files/output-file.js';
