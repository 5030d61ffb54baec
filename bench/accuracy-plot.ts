/** Accuracy against time as one picture: other programs as points, a model as a curve over its steps. SVG, by Vega-Lite. */
import * as vega from 'vega';
import * as vegaLite from 'vega-lite';
import type { SavedEvaluation } from './results-page.js';

interface Point {
  readonly program: string;
  /** ms of processor time a conformer. */
  readonly time: number;
  /** Å, mean over molecules. */
  readonly error: number;
  readonly measure: string;
  /** Of a model: evaluations of its network for a skeleton. */
  readonly steps?: number | undefined;
}

const MEASURES = [
  ['AMR-R: from a reference to the nearest conformer', 'amrRecall'],
  ['AMR-P: from a conformer to the nearest reference', 'amrPrecision'],
] as const;

/** @param nameOf the name of a source that a reader knows */
export async function accuracyPlot(saved: SavedEvaluation, nameOf: (source: string) => string): Promise<string> {
  const points = saved.results.flatMap(({ source, variant, cost, summary }): Point[] =>
    cost
      ? MEASURES.map(([measure, key]) => ({
          program: nameOf(variant?.family ?? source),
          time: cost.cpuMsPerConformer ?? cost.msPerConformer,
          error: summary[key].mean,
          measure,
          steps: variant?.steps,
        }))
      : [],
  );
  const x = {
    field: 'time',
    type: 'quantitative',
    scale: { type: 'log', nice: true },
    axis: { title: 'processor time a conformer, ms', tickCount: 6, grid: true },
  } as const;
  const y = {
    field: 'error',
    type: 'quantitative',
    scale: { zero: false, nice: true },
    axis: { title: 'mean distance, Å' },
  } as const;
  const color = { field: 'program', type: 'nominal', legend: null } as const;
  const isModel = 'isValid(datum.steps)';
  const label = { type: 'text', align: 'left', dx: 7, fontSize: 11 } as const;
  const { spec } = vegaLite.compile({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    data: { values: points },
    facet: {
      column: {
        field: 'measure',
        title: null,
        sort: MEASURES.map(([measure]) => measure),
        header: { labelFontSize: 12 },
      },
    },
    spec: {
      width: 340,
      height: 260,
      layer: [
        {
          transform: [{ filter: isModel }],
          mark: { type: 'line', point: true },
          encoding: { x, y, color, order: { field: 'steps' } },
        },
        {
          transform: [{ filter: isModel }],
          mark: { ...label, dy: -6 },
          encoding: { x, y, color, text: { field: 'steps' } },
        },
        {
          transform: [{ filter: `!${isModel}` }],
          mark: { type: 'point', filled: true, size: 70 },
          encoding: { x, y, color },
        },
        {
          transform: [{ filter: `!${isModel}` }],
          mark: { ...label, dy: 3 },
          encoding: { x, y, color, text: { field: 'program' } },
        },
        {
          transform: [
            { filter: isModel },
            {
              window: [{ op: 'rank', as: 'place' }],
              groupby: ['program', 'measure'],
              sort: [{ field: 'steps', order: 'descending' }],
            },
            { filter: 'datum.place === 1' },
          ],
          mark: { ...label, align: 'right', dx: 0, dy: 16 },
          encoding: { x, y, color, text: { field: 'program' } },
        },
      ],
    },
    config: { font: 'sans-serif', axis: { labelFontSize: 11, titleFontSize: 11 } },
  });
  const view = new vega.View(vega.parse(spec), { renderer: 'none' });
  return view.toSVG();
}
