/// <reference types="vite/client" />

declare module 'virtual:shipped-models' {
  /** Addresses of the models; undefined where the viewer was built without. */
  export const base: string | undefined;
  export const fast: string | undefined;
}

declare module 'virtual:mmff94-parameters' {
  /** The files of OpenChemLib's resources that hold MMFF94. */
  const files: Record<string, string>;
  export default files;
}
