/** Draws the report in the page. Its source text is copied into the page, so it imports only types. */
import type { ReportData } from './report-data.js';

/** The parts of uPlot and 3Dmol that the page uses, as their scripts define them. */
interface PlotLibrary {
  new (options: object, data: (readonly (number | null)[])[], target: HTMLElement): unknown;
}
interface MoleculeLibrary {
  createViewer(
    target: HTMLElement,
    options: object,
  ): {
    addModel(text: string, format: string): { setStyle(selection: object, style: object): void };
    zoomTo(): void;
    render(): void;
  };
}

export function drawReport(data: ReportData, uPlot: PlotLibrary, molecules: MoleculeLibrary): void {
  const colours = [
    '#1f77b4',
    '#d62728',
    '#2ca02c',
    '#9467bd',
    '#ff7f0e',
    '#17becf',
    '#8c564b',
    '#7f7f7f',
    '#e377c2',
    '#bcbd22',
  ];
  const add = (parent: HTMLElement, tag: string, text = '', className = ''): HTMLElement => {
    const element = document.createElement(tag);
    element.textContent = text;
    element.className = className;
    parent.append(element);
    return element;
  };
  const root = add(document.body, 'main');
  add(root, 'h1', data.title);
  add(root, 'p', data.subtitle);
  const scroll = add(root, 'div', '', 'scroll');
  const table = add(scroll, 'table');
  const head = add(add(table, 'thead'), 'tr');
  for (const cell of data.head) add(head, 'th', cell);
  const body = add(table, 'tbody');
  for (const row of data.rows) {
    const line = add(body, 'tr');
    row.forEach((cell, i) => add(line, i === 0 ? 'th' : 'td', cell));
  }
  const plots = add(root, 'section', '', 'plots');
  for (const plot of data.plots) {
    const figure = add(plots, 'figure');
    add(figure, 'figcaption', plot.title);
    new uPlot(
      {
        width: 520,
        height: 300,
        scales: { x: { time: false, ...(plot.logX ? { distr: 3 } : {}) } },
        axes: [{ label: plot.xLabel }, { label: plot.yLabel }],
        series: [
          { label: plot.xLabel },
          ...plot.curves.map(({ name }, i) => ({
            label: name,
            stroke: colours[i % colours.length],
            width: 2,
            spanGaps: true,
            points: { show: plot.x.length < 40 },
          })),
        ],
      },
      [plot.x, ...plot.curves.map(({ y }) => y)],
      figure,
    );
  }
  for (const { source, pairs } of data.worst) {
    if (pairs.length === 0) continue;
    add(root, 'h2', `Worst covered by ${source}`);
    add(root, 'p', 'Heavy atoms of the reference conformer in grey, of the nearest generated conformer in colour.');
    const grid = add(root, 'section', '', 'molecules');
    for (const pair of pairs) {
      const figure = add(grid, 'figure');
      const canvas = add(figure, 'div', '', 'molecule');
      add(figure, 'figcaption', `${pair.title}: ${pair.rmsd.toFixed(2)} Å`);
      add(figure, 'code', pair.smiles);
      // Browsers allow few WebGL contexts: each molecule gets one when it scrolls into view.
      new IntersectionObserver((entries, observer) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        const viewer = molecules.createViewer(canvas, { backgroundColor: 'white' });
        viewer.addModel(pair.reference, 'sdf').setStyle({}, { stick: { radius: 0.1, color: '#b8b8b8' } });
        viewer.addModel(pair.generated, 'sdf').setStyle({}, { stick: { radius: 0.13, colorscheme: 'greenCarbon' } });
        viewer.zoomTo();
        viewer.render();
      }).observe(canvas);
    }
  }
}
