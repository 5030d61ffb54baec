declare module 'gifenc' {
  type Palette = number[][];
  /** At most `colours` colours for pixels of four bytes each. */
  export function quantize(pixels: Uint8ClampedArray, colours: number): Palette;
  /** For each pixel the index of the nearest colour. */
  export function applyPalette(pixels: Uint8ClampedArray, palette: Palette): Uint8Array;
  export function GIFEncoder(): {
    /** @param options.delay milliseconds until the next frame */
    writeFrame(
      indices: Uint8Array,
      width: number,
      height: number,
      options: { readonly palette: Palette; readonly delay: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  };
}
