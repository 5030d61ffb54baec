/** Pictures of the canvas as PNG. */

/** On the page's ground. */
export async function pictureOf(canvas: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The browser could not make a picture of the canvas.');
  return blob;
}

/** Its pixels as they are now. */
export function pixelsOf(canvas: HTMLCanvasElement): ImageData {
  const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser cannot draw pictures outside the page.');
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Without ground, from two pictures of the same on black and on white: WebGL's own opacity gets lost in some browsers. */
export function transparentPictureOf(onBlack: ImageData, onWhite: ImageData): Promise<Blob> {
  const { width, height } = onBlack;
  const copy = new OffscreenCanvas(width, height);
  const data = withoutGround(onBlack.data, onWhite.data);
  copy.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0);
  return copy.convertToBlob({ type: 'image/png' });
}

/** What shines through of the ground tells the opacity of a pixel, and that its colour. */
export function withoutGround(onBlack: Uint8ClampedArray, onWhite: Uint8ClampedArray): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(onBlack.length);
  for (let i = 0; i < out.length; i += 4) {
    let through = 0;
    for (let k = i; k < i + 3; k++) through += Math.max(0, onWhite[k] - onBlack[k]) / 3;
    const opacity = 255 - through;
    out[i + 3] = opacity;
    if (opacity > 0.5) for (let k = i; k < i + 3; k++) out[k] = (255 * onBlack[k]) / opacity;
  }
  return out;
}
