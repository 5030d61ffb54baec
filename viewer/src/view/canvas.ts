/** 3Dmol’s canvas: draws all that came before the next frame of the screen at once, and coarser where the processor plays the graphics card. */
import { createViewer, setSyncSurface, type GLViewer } from '3dmol';

/** What 3Dmol keeps to itself. */
interface Inner {
  show(): void;
  updateSize(): void;
  readonly WIDTH: number;
  readonly HEIGHT: number;
  readonly renderer: { _upscale: boolean };
}

export interface Canvas {
  readonly viewer: GLViewer;
  /** Draws with the next frame of the screen. */
  draw(): void;
  drawNow(): void;
  /** Draws as finely as a graphics card would, for what `take` makes of it. */
  finely<T>(take: () => Promise<T>): Promise<T>;
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
  { background, beforeDraw }: { readonly background: string; readonly beforeDraw: () => void },
): Canvas {
  // 3Dmol makes its workers for surfaces from text, which the page's Content-Security-Policy forbids.
  setSyncSurface(true);
  // The module build of 3Dmol looks for its workers in a global and complains on the console where there is none.
  (globalThis as { $3Dmol?: object }).$3Dmol ??= { SurfaceWorker: '' };
  // Twice as fine as the screen, which smooths edges further: on the processor a picture would take thrice as long.
  const upscale = !SOFTWARE.test(graphicsCard() ?? '');
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
  };

  async function finely<T>(take: () => Promise<T>): Promise<T> {
    const redraw = (fine: boolean): void => {
      if (upscale) return;
      inner.renderer._upscale = fine;
      updateSize();
    };
    redraw(true);
    drawNow();
    try {
      return await take();
    } finally {
      redraw(false);
      drawNow();
    }
  }

  return { viewer, draw, drawNow, finely };
}
