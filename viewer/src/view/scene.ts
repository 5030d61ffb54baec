/** The 3D canvas: draws models with 3Dmol, moves their atoms, answers clicks. */
import type { GLModel, Label } from '3dmol';
import { elementSymbol } from '../../../src/chem/elements.js';
import type { Structure } from '../../../src/chem/structure.js';
import { createCanvas, graphicsCard, type PictureOptions } from './canvas.js';
import { BACKGROUND, elementColour, type Theme } from './palette.js';

export type DrawStyle = 'ball' | 'stick' | 'sphere' | 'surface';

/** One conformer on the canvas. */
export interface SceneModel {
  readonly structure: Structure;
  /** Colour of the carbons; undefined: by element. */
  readonly colour?: string | undefined;
  /** A style of its own; undefined: that of the scene. */
  readonly style?: DrawStyle | undefined;
  /** Its cell of the grid; undefined: the centre. */
  readonly cell?: { readonly column: number; readonly row: number } | undefined;
}

/** Where the atoms of one model are, and which are not to be drawn. */
export interface Pose {
  readonly coordinates: Float32Array;
  readonly hidden: readonly boolean[];
}

export interface AtomLabel {
  readonly text: string;
  /** Atoms at whose centroid the label is. */
  readonly atoms: readonly number[];
  readonly model: number;
  readonly kind: 'atom' | 'stereo' | 'measure';
}

export interface Segment {
  readonly model: number;
  readonly from: number;
  readonly to: number;
}

/** Position, zoom and rotation as 3Dmol holds them. */
export type Camera = readonly number[];

export interface Scene {
  setModels(models: readonly SceneModel[], options: { readonly cellSize: number }): void;
  setPoses(poses: readonly Pose[]): void;
  setStyle(style: DrawStyle, theme: Theme): void;
  setLabels(labels: readonly AtomLabel[]): void;
  setSegments(segments: readonly Segment[], selected: readonly { model: number; atom: number }[]): void;
  /** A surface is computed when the atoms rest; while they move, soft spheres stand for it. */
  setMoving(moving: boolean): void;
  /** Zooms so that everything within these distances of the centre is visible, in Å across and up the screen. */
  fit(
    size: { readonly halfWidth: number; readonly halfHeight: number },
    options?: { readonly columns?: number; readonly rows?: number; readonly cellSize?: number },
  ): void;
  /** Draws at once, for a film. */
  render(): void;
  /** @throws Error where the graphics card draws no picture of this size */
  picture(options: PictureOptions): Promise<Blob>;
  rotate(axis: 'x' | 'y' | 'z', degrees: number): void;
  zoom(factor: number): void;
  getCamera(): Camera;
  setCamera(camera: Camera): void;
  canvas(): HTMLCanvasElement;
  /** Has the shaders compiled before there is a molecule: a software renderer takes a second for that. */
  warmUp(): void;
}

type MutableAtom = { x: number; y: number; z: number; style: object };

interface Drawn {
  readonly spec: SceneModel;
  readonly model: GLModel;
  readonly atoms: MutableAtom[];
  pose: Pose | undefined;
}

/** Pixels within which the pointer is at an atom. */
const REACH = 14;

/** Undefined where the browser gives the page no WebGL. */
export function createScene(
  container: HTMLElement,
  {
    onPick,
    onPoint,
  }: {
    readonly onPick: (model: number, atom: number) => void;
    /** The pointer has come to an atom, or to none. */
    readonly onPoint: (model: number, atom: number | undefined) => void;
  },
): Scene | undefined {
  const card = graphicsCard();
  if (card === undefined) return undefined;
  let fitted: { readonly zoom: number; readonly again: () => void } | undefined;
  const { viewer, draw, drawNow, picture } = createCanvas(container, {
    card,
    background: BACKGROUND.light,
    beforeDraw: turnCells,
    onSize() {
      // What was fitted, and neither moved nor zoomed since, fills the canvas as before.
      const [x, y, z, zoom] = viewer.getView() as number[];
      if (x === 0 && y === 0 && z === 0 && zoom === fitted?.zoom) fitted?.again();
    },
  });
  let drawn: Drawn[] = [];
  let style: DrawStyle = 'ball';
  let theme: Theme = 'light';
  let cellSize = 10;
  let labels: { label: Label; spec: AtomLabel }[] = [];
  let segments: readonly Segment[] = [];
  let selected: readonly { model: number; atom: number }[] = [];
  let moving = false;
  let surfaces: number[] = [];
  let surfaceTimer: ReturnType<typeof setTimeout> | undefined;
  let surfaceRun = 0;
  let rotation = '';

  /** The grid itself does not turn: each molecule turns about its own centre. */
  function turnCells(): void {
    const now = viewer.getView().slice(4, 8).join();
    if (now === rotation) return;
    rotation = now;
    if (drawn.some(({ spec }) => spec.cell)) place();
  }

  /** The atom nearest to a point of the screen, of those in front where several are. */
  function atomAt(x: number, y: number): { model: number; atom: number } | undefined {
    let found: { model: number; atom: number; distance: number } | undefined;
    drawn.forEach(({ spec, atoms, pose }, model) => {
      if (spec.style) return;
      atoms.forEach((at, atom) => {
        if (pose?.hidden[atom]) return;
        const screen = viewer.modelToScreen({ x: at.x, y: at.y, z: at.z }) as unknown as { x: number; y: number };
        const distance = Math.hypot(screen.x - x, screen.y - y);
        if (distance < REACH && distance < (found?.distance ?? Infinity)) found = { model, atom, distance };
      });
    });
    return found;
  }

  let pointing = 0;
  container.addEventListener('pointermove', ({ pageX, pageY, buttons, pointerType }) => {
    if (buttons !== 0 || pointerType === 'touch') return;
    cancelAnimationFrame(pointing);
    pointing = requestAnimationFrame(() => {
      const at = atomAt(pageX, pageY);
      onPoint(at?.model ?? 0, at?.atom);
    });
  });
  container.addEventListener('pointerleave', () => {
    cancelAnimationFrame(pointing);
    onPoint(0, undefined);
  });

  function styleOf(spec: SceneModel, index: number, hidden: boolean): object {
    const atom = spec.structure.atoms[index];
    const color = spec.colour !== undefined && atom.element === 6 ? spec.colour : elementColour(atom.element, theme);
    if (hidden) return { stick: { hidden: true }, sphere: { hidden: true } };
    const own = spec.style ?? style;
    const soft = own === 'surface' && moving;
    switch (own) {
      case 'stick':
        // 3Dmol leaves sticks open at atoms with four bonds; a ball as thick as the stick closes them.
        // One with a style of its own (the reference) has thicker sticks, so that it is seen where it lies on another.
        return {
          stick: { radius: spec.style ? 0.17 : 0.14, color },
          sphere: { radius: spec.style ? 0.17 : 0.14, color },
        };
      case 'sphere':
        return { sphere: { scale: 0.95, color } };
      case 'ball':
        return { stick: { radius: 0.12, color }, sphere: { scale: 0.26, color } };
      case 'surface':
        return soft
          ? { stick: { radius: 0.1, color }, sphere: { scale: 0.9, color, opacity: 0.55 } }
          : { stick: { radius: 0.1, color }, sphere: { radius: 0.1, color } };
    }
  }

  /** Offset of a grid cell: its vector on the screen, turned back by the rotation. */
  function offsetOf({ cell }: SceneModel): [number, number, number] {
    if (!cell) return [0, 0, 0];
    const [, , , , qx, qy, qz, qw] = viewer.getView() as number[] as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const v: [number, number, number] = [cell.column * cellSize, -cell.row * cellSize, 0];
    // v' = q⁻¹ v q, with t = 2 q⁻¹ × v
    const [x, y, z] = [-qx, -qy, -qz];
    const t = [2 * (y * v[2] - z * v[1]), 2 * (z * v[0] - x * v[2]), 2 * (x * v[1] - y * v[0])] as const;
    return [
      v[0] + qw * t[0] + (y * t[2] - z * t[1]),
      v[1] + qw * t[1] + (z * t[0] - x * t[2]),
      v[2] + qw * t[2] + (x * t[1] - y * t[0]),
    ];
  }

  function place(): void {
    for (const item of drawn) {
      const { pose, atoms, spec } = item;
      if (!pose) continue;
      const [dx, dy, dz] = offsetOf(spec);
      atoms.forEach((atom, i) => {
        atom.x = pose.coordinates[3 * i] + dx;
        atom.y = pose.coordinates[3 * i + 1] + dy;
        atom.z = pose.coordinates[3 * i + 2] + dz;
      });
      restyle(item);
    }
    placeLabels();
    placeSegments();
  }

  function restyle({ atoms, model, spec, pose }: Drawn): void {
    // Adding an empty style is 3Dmol's way of having the geometry built anew.
    atoms.forEach((atom, i) => (atom.style = styleOf(spec, i, pose?.hidden[i] ?? false)));
    model.setStyle({}, {}, true);
  }

  function middle(model: number, atoms: readonly number[]): { x: number; y: number; z: number } | undefined {
    const at = drawn[model]?.atoms;
    if (!at) return undefined;
    const sum = { x: 0, y: 0, z: 0 };
    for (const index of atoms) {
      const atom = at[index];
      if (!atom) return undefined;
      sum.x += atom.x / atoms.length;
      sum.y += atom.y / atoms.length;
      sum.z += atom.z / atoms.length;
    }
    return sum;
  }

  function placeLabels(): void {
    for (const { label, spec } of labels) {
      const at = middle(spec.model, spec.atoms);
      const hidden = spec.atoms.some((atom) => drawn[spec.model]?.pose?.hidden[atom]);
      if (at) label.sprite.position.set(at.x, at.y, at.z);
      label.sprite.visible = at !== undefined && !hidden;
    }
  }

  function placeSegments(): void {
    viewer.removeAllShapes();
    const color = theme === 'light' ? '#b3367c' : '#ff8ac4';
    for (const { model, from, to } of segments) {
      const start = middle(model, [from]);
      const end = middle(model, [to]);
      if (start && end)
        viewer.addCylinder({ start, end, radius: 0.05, dashed: true, dashLength: 0.18, gapLength: 0.14, color });
    }
    for (const { model, atom } of selected) {
      const center = middle(model, [atom]);
      if (center) viewer.addSphere({ center, radius: style === 'sphere' ? 1.7 : 0.55, color, opacity: 0.45 });
    }
  }

  function dropSurfaces(): void {
    surfaceRun += 1;
    for (const id of surfaces) viewer.removeSurface(id);
    surfaces = [];
  }

  function planSurface(): void {
    clearTimeout(surfaceTimer);
    dropSurfaces();
    if (style !== 'surface' || moving) return;
    surfaceTimer = setTimeout(() => {
      const run = surfaceRun;
      for (const { spec, pose, model } of drawn) {
        if (spec.style) continue;
        const shown = spec.structure.atoms.flatMap((_, atom) => (pose?.hidden[atom] ? [] : [atom]));
        const colour = spec.colour;
        const selection = { model, index: shown } as never;
        const spec3 = {
          opacity: drawn.length > 1 ? 0.5 : 0.75,
          ...(colour !== undefined
            ? { color: colour }
            : {
                colorfunc: (atom: { index: number }) =>
                  elementColour(spec.structure.atoms[atom.index]?.element ?? 0, theme),
              }),
        };
        void Promise.resolve(viewer.addSurface('VDW', spec3 as never, selection, selection)).then((id) => {
          const number = id as unknown as number;
          if (run === surfaceRun) surfaces.push(number);
          else viewer.removeSurface(number);
          draw();
        });
      }
    }, 120);
  }

  function labelSpec(kind: AtomLabel['kind']): object {
    const dark = theme === 'dark';
    const common = { inFront: true, alignment: 'center', font: 'sans-serif' };
    switch (kind) {
      case 'atom':
        return {
          ...common,
          fontSize: 13,
          fontColor: dark ? '#ffffff' : '#0b1218',
          backgroundColor: dark ? '#10161c' : '#ffffff',
          backgroundOpacity: 0.55,
          padding: 2,
        };
      case 'stereo':
        return {
          ...common,
          fontSize: 15,
          bold: true,
          fontColor: '#ffffff',
          backgroundColor: dark ? '#7c4dff' : '#5b34c9',
          backgroundOpacity: 0.92,
          padding: 4,
        };
      case 'measure':
        return {
          ...common,
          fontSize: 14,
          bold: true,
          fontColor: dark ? '#2b0519' : '#ffffff',
          backgroundColor: dark ? '#ff8ac4' : '#b3367c',
          backgroundOpacity: 0.95,
          padding: 4,
        };
    }
  }

  let labelSpecs: readonly AtomLabel[] = [];
  function makeLabels(): void {
    viewer.removeAllLabels();
    labels = labelSpecs.map((spec) => ({
      spec,
      label: viewer.addLabel(spec.text, { ...labelSpec(spec.kind), position: { x: 0, y: 0, z: 0 } }, undefined, true),
    }));
    placeLabels();
  }

  function fit(...[size, cells]: Parameters<Scene['fit']>): void {
    const { halfWidth, halfHeight } = size;
    const { columns = 1, rows = 1, cellSize: cell = 0 } = cells ?? {};
    viewer.setProjection(columns * rows > 1 ? 'orthographic' : 'perspective');
    const width = container.clientWidth || 1;
    const height = container.clientHeight || 1;
    // Half the height that must be visible; a width counts by the aspect ratio of the canvas.
    const half = Math.max(
      halfHeight + ((rows - 1) * cell) / 2,
      ((halfWidth + ((columns - 1) * cell) / 2) * height) / width,
    );
    const { fov = 20, CAMERA_Z = 150 } = viewer as unknown as { fov?: number; CAMERA_Z?: number };
    const view = viewer.getView() as number[];
    // 3Dmol's two projections take the field of view differently: half of it upwards, or all of it sideways.
    const degree = Math.PI / 180;
    const distance =
      columns * rows > 1 ? (half * width) / height / Math.tan(degree * fov) : half / Math.tan((degree * fov) / 2);
    const zoom = CAMERA_Z - 1.08 * distance;
    viewer.setView([0, 0, 0, zoom, ...view.slice(4, 8)]);
    viewer.setSlab(-200, 200);
    fitted = { zoom, again: () => fit(size, cells) };
    draw();
  }

  return {
    setModels(models, { cellSize: size }) {
      dropSurfaces();
      viewer.removeAllModels();
      cellSize = size;
      drawn = models.map((spec, index) => {
        const model = viewer.addModel();
        const { atoms, bonds } = spec.structure;
        const neighbours = atoms.map(() => ({ bonds: [] as number[], bondOrder: [] as number[] }));
        for (const { a, b, order } of bonds) {
          // 3Dmol draws order 4 as aromatic, and takes 0 for no width at all: a dative bond is drawn as single.
          for (const [from, to] of [
            [a, b],
            [b, a],
          ] as const) {
            neighbours[from]?.bonds.push(to);
            neighbours[from]?.bondOrder.push(order === 0 ? 1 : order);
          }
        }
        model.addAtoms(
          atoms.map(({ element }, i) => ({
            elem: elementSymbol(element),
            index: i,
            serial: i,
            x: 0,
            y: 0,
            z: 0,
            ...neighbours[i],
          })),
        );
        model.setClickable({}, true, (atom: { index: number }) => onPick(index, atom.index));
        return { spec, model, atoms: model.selectedAtoms({}) as unknown as MutableAtom[], pose: undefined };
      });
    },
    setPoses(poses) {
      drawn.forEach((item, index) => (item.pose = poses[index]));
      place();
      if (style === 'surface' && !moving) planSurface();
      draw();
    },
    setStyle(nextStyle, nextTheme) {
      style = nextStyle;
      theme = nextTheme;
      viewer.setBackgroundColor(BACKGROUND[theme], 1);
      for (const item of drawn) restyle(item);
      makeLabels();
      placeSegments();
      planSurface();
      draw();
    },
    setLabels(specs) {
      labelSpecs = specs;
      makeLabels();
      draw();
    },
    setSegments(nextSegments, nextSelected) {
      segments = nextSegments;
      selected = nextSelected;
      placeSegments();
      draw();
    },
    setMoving(next) {
      if (moving === next) return;
      moving = next;
      if (style !== 'surface') return;
      for (const item of drawn) restyle(item);
      planSurface();
      draw();
    },
    fit,
    render: drawNow,
    picture,
    rotate(axis, degrees) {
      viewer.rotate(degrees, axis);
      draw();
    },
    zoom(factor) {
      viewer.zoom(factor);
      draw();
    },
    getCamera: () => (viewer.getView() as number[]).map((value) => Math.round(value * 1e4) / 1e4),
    setCamera(camera) {
      viewer.setView([...camera] as never);
      draw();
    },
    canvas: () => viewer.getCanvas(),
    warmUp() {
      if (drawn.length > 0) return;
      const speck = viewer.addModel();
      speck.addAtoms(
        [0, 1].map((i) => ({
          elem: 'H',
          index: i,
          serial: i,
          x: 0.001 * i,
          y: 0,
          z: 0,
          bonds: [1 - i],
          bondOrder: [1],
        })),
      );
      speck.setStyle({}, { stick: { radius: 1e-4 }, sphere: { radius: 1e-4 } });
      drawNow();
      viewer.removeAllModels();
    },
  };
}
