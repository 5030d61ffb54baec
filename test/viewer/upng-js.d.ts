declare module 'upng-js' {
  /** Reads and writes PNG. */
  const UPNG: {
    decode(png: Uint8Array): { readonly width: number; readonly height: number };
    toRGBA8(image: ReturnType<typeof UPNG.decode>): ArrayBuffer[];
  };
  export default UPNG;
}
