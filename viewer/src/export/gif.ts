/** An animation of the canvas as GIF, which every program shows. Loaded when it is asked for. */
import { applyPalette, GIFEncoder, quantize } from 'gifenc';

/** GIF counts in hundredths of a second. */
export const GIF_FRAMES_A_SECOND = 20;
/** GIF packs badly: a larger picture is scaled down to this width. */
const WIDEST = 640;

/** Films `frames` pictures of the canvas; `show` draws each before it is taken. */
export async function gifOf(canvas: HTMLCanvasElement, frames: number, show: (frame: number) => void): Promise<Blob> {
  const width = Math.max(1, Math.min(WIDEST, canvas.clientWidth));
  const height = Math.max(1, Math.round((canvas.clientHeight * width) / Math.max(1, canvas.clientWidth)));
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser cannot draw pictures outside the page, of which a GIF is made.');
  context.imageSmoothingQuality = 'high';
  const gif = GIFEncoder();
  for (let frame = 0; frame < frames; frame++) {
    show(frame);
    context.drawImage(canvas, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const palette = quantize(data, 256);
    gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay: 1000 / GIF_FRAMES_A_SECOND });
    // Lets the page respond.
    await new Promise((resolve) => setTimeout(resolve));
  }
  gif.finish();
  return new Blob([gif.bytes()], { type: 'image/gif' });
}
