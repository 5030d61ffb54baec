/** An animation of the canvas as WebM, at a fixed frame rate however fast the machine is. */
import { ArrayBufferTarget, Muxer } from 'webm-muxer';

export const FRAMES_A_SECOND = 30;
/** Bits a second. An even background and large shapes compress well. */
const BITRATE = 6e6;
const CODECS = [
  { webCodecs: 'vp09.00.31.08', webm: 'V_VP9' },
  { webCodecs: 'vp8', webm: 'V_VP8' },
];
/** Frames that may wait for the encoder, so that they do not fill the memory. */
const MOST_WAITING = 4;

/**
 * Films `frames` pictures of the canvas; `show` draws each before it is taken.
 * @throws Error where the browser encodes no video.
 */
export async function filmOf(
  canvas: HTMLCanvasElement,
  frames: number,
  show: (frame: number) => void,
  { onProgress = () => undefined }: { onProgress?: (share: number) => void } = {},
): Promise<Blob> {
  // Codecs want even widths and heights.
  const [width, height] = [canvas.width, canvas.height].map((size) => Math.max(2, size - (size % 2))) as [
    number,
    number,
  ];
  const codec = await supported(width, height);
  const target = new ArrayBufferTarget();
  const muxer = new Muxer({ target, video: { codec: codec.webm, width, height, frameRate: FRAMES_A_SECOND } });
  let failure: Error | undefined;
  const encoder = new VideoEncoder({
    output: (chunk, metadata) => muxer.addVideoChunk(chunk, metadata),
    error: (error) => (failure = error),
  });
  encoder.configure({ codec: codec.webCodecs, width, height, bitrate: BITRATE, framerate: FRAMES_A_SECOND });
  const copy = new OffscreenCanvas(width, height);
  const context = copy.getContext('2d');
  if (!context) throw new Error('this browser cannot draw pictures outside the page, of which a film is made');
  for (let frame = 0; frame < frames && !failure; frame++) {
    show(frame);
    context.drawImage(canvas, 0, 0);
    const picture = new VideoFrame(copy, {
      timestamp: Math.round((1e6 * frame) / FRAMES_A_SECOND),
      duration: Math.round(1e6 / FRAMES_A_SECOND),
    });
    encoder.encode(picture, { keyFrame: frame % (2 * FRAMES_A_SECOND) === 0 });
    picture.close();
    onProgress((frame + 1) / frames);
    // Lets the page respond and the encoder catch up.
    do await new Promise((resolve) => setTimeout(resolve));
    while (encoder.encodeQueueSize > MOST_WAITING);
  }
  if (!failure) await encoder.flush();
  if (failure) throw new Error(`The browser stopped the recording: ${failure.message}`);
  encoder.close();
  muxer.finalize();
  return new Blob([target.buffer], { type: 'video/webm' });
}

async function supported(width: number, height: number): Promise<(typeof CODECS)[number]> {
  if (typeof VideoEncoder !== 'undefined') {
    for (const codec of CODECS) {
      const { supported } = await VideoEncoder.isConfigSupported({
        codec: codec.webCodecs,
        width,
        height,
        bitrate: BITRATE,
      });
      if (supported) return codec;
    }
  }
  throw new Error('This browser encodes no WebM video. Chromium from 94 on and Firefox from 130 on do.');
}
