/// <reference types="vite/client" />

declare module 'virtual:mmff94-parameters' {
  /** The files of OpenChemLib's resources that hold MMFF94. */
  const files: Record<string, string>;
  export default files;
}
