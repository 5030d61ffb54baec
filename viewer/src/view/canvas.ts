/** 3Dmol’s canvas: draws all that came before the next frame of the screen at once, and coarser where the processor plays the graphics card. */
import { createViewer, setSyncSurface, type GLViewer } from '3dmol';
import { pictureOf, pixelsOf, transparentPictureOf } from '../export/picture.js';

/** What 3Dmol keeps to itself. */
interface Inner {
  show(): void;
  updateSize(): void;
  readonly WIDTH: number;
  readonly HEIGHT: number;
  readonly bgColor: number;
  readonly renderer: {
    _upscale: boolean;
    setClearColorHex(colour: number, opacity: number): void;
    getContext(): WebGLRenderingContext;
  };
}

export interface PictureOptions {
  readonly scale: number;
  /** Without the ground of the page. */
  readonly transparent: boolean;
}

export interface Canvas {
  readonly viewer: GLViewer;
  /** Draws with the next frame of the screen. */
  draw(): void;
  drawNow(): void;
  /**
   * What is on the canvas as PNG, with `scale` pixels for each pixel of the page.
   * @throws Error where the graphics card draws no picture of this size
   */
  picture(options: PictureOptions): Promise<Blob>;
}

/** WebGL’s name of what draws; undefined where there is no WebGL. */
export function graphicsCard(): string | undefined {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('webgl2') ?? canvas.getContext('webgl');
  if (!context) return undefined;
  const named = context.getExtension('WEBGL_debug_renderer_info');
  const name = String(context.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return name;
}

/** Chromium’s SwiftShader, Mesa’s llvmpipe and softpipe, Windows’ WARP. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

export function createCanvas(
  container: HTMLElement,
  {
    card,
    background,
    beforeDraw,
    onSize,
  }: {
    /** The name of what draws. */
    readonly card: string;
    readonly background: string;
    readonly beforeDraw: () => void;
    /** The container has another size. */
    readonly onSize: () => void;
  },
): Canvas {
  // 3Dmol makes its workers for surfaces from text, which the page's Content-Security-Policy forbids.
  setSyncSurface(true);
  // The module build of 3Dmol looks for its workers in a global and complains on the console where there is none.
  (globalThis as { $3Dmol?: object }).$3Dmol ??= { SurfaceWorker: '' };
  // Twice as fine as the screen, which smooths edges further: on the processor a picture would take thrice as long.
  const upscale = !SOFTWARE.test(card);
  const viewer: GLViewer = createViewer(container, {
    backgroundColor: background,
    antialias: true,
    upscale,
    disableFog: true,
  });
  const inner = viewer as unknown as Inner;
  const show = inner.show.bind(viewer);
  const updateSize = inner.updateSize.bind(viewer);
  let queued: number | undefined;
  let drawing = false;
  let emptied = false;

  function draw(): void {
    queued ??= requestAnimationFrame(drawNow);
  }

  function drawNow(): void {
    if (queued !== undefined) cancelAnimationFrame(queued);
    queued = undefined;
    beforeDraw();
    drawing = true;
    try {
      viewer.render();
    } finally {
      drawing = false;
    }
  }

  // 3Dmol draws within nearly every call: five pictures, of which the screen would show the last.
  inner.show = () => {
    if (!drawing && !emptied) return draw();
    // A canvas of another size is empty until it is drawn.
    emptied = false;
    show();
  };
  const sizeNow = (): readonly unknown[] => [inner.WIDTH, inner.HEIGHT, devicePixelRatio, inner.renderer];
  let size = sizeNow();
  // 3Dmol takes every notice of its observers for another size, and has its shaders compiled anew.
  inner.updateSize = () => {
    const now = sizeNow();
    if (now.every((value, k) => value === size[k])) return;
    size = now;
    updateSize();
    emptied = true;
    onSize();
  };

  async function picture({ scale, transparent }: PictureOptions): Promise<Blob> {
    const { renderer } = inner;
    const canvas = viewer.getCanvas();
    const drawn = (ground: number): HTMLCanvasElement => {
      renderer.setClearColorHex(ground, 1);
      drawNow();
      // Its pictures may be smaller than what was asked for.
      if (renderer.getContext().drawingBufferWidth < Math.floor(scale * inner.WIDTH))
        throw new Error('The graphics card draws no picture of this size; a smaller one may do.');
      return canvas;
    };
    renderer._upscale = false;
    withPixelRatio(scale, updateSize);
    try {
      if (!transparent) return await pictureOf(drawn(inner.bgColor));
      return await transparentPictureOf(pixelsOf(drawn(0x000000)), pixelsOf(drawn(0xffffff)));
    } finally {
      renderer.setClearColorHex(inner.bgColor, 1);
      renderer._upscale = upscale;
      updateSize();
      drawNow();
    }
  }

  return { viewer, draw, drawNow, picture };
}

/** 3Dmol asks the window how fine the screen is: `run` is told `ratio`. */
function withPixelRatio(ratio: number, run: () => void): void {
  const own = Object.getOwnPropertyDescriptor(window, 'devicePixelRatio');
  Object.defineProperty(window, 'devicePixelRatio', { value: ratio, configurable: true });
  try {
    run();
  } finally {
    if (own) Object.defineProperty(window, 'devicePixelRatio', own);
    else Reflect.deleteProperty(window, 'devicePixelRatio');
  }
}
