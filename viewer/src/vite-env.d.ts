/// <reference types="vite/client" />

declare module 'virtual:shipped-model' {
  /** Address of the checkpoint; undefined where the viewer was built without one. */
  const model: string | undefined;
  export default model;
}

declare module 'virtual:mmff94-parameters' {
  /** The files of OpenChemLib's resources that hold MMFF94. */
  const files: Record<string, string>;
  export default files;
}
