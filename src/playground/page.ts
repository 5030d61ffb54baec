/** The playground as one self-contained HTML page. */
import type { FlowRun, PlaygroundResult, QualityCurve } from './experiment.js';
import { escape, pathsFigure, qualityFigure, snapshotsFigure, toFigure } from './figures.js';

/** Number of paths drawn on the page. */
const SHOWN = 120;

export function playgroundPage(result: PlaygroundResult): string {
  const { couplings, reflow, objectives, floor, seed } = result;
  const moving: FlowRun[] = [...couplings, ...(reflow ? [reflow.before, reflow.after] : [])];
  const sections = [
    couplings.length > 0 &&
      section(
        'Couplings',
        'Eight Gaussians flow to two moons. With independent pairs the straight training paths cross, so the learned ' +
          'paths bend; optimal transport within each batch untangles them, and few steps are enough.',
        slider() +
          panels(couplings) +
          table(
            couplings.map(({ quality }) => quality),
            couplings,
          ) +
          couplings.map(({ label, paths }) => `<h3>${escape(label)}</h3>${snapshotsFigure(paths)}`).join(''),
      ),
    reflow &&
      section(
        'Rectified flow',
        'The flow of independent pairs is solved from 4096 starts, and a new network is trained on the pairs of start ' +
          'and end: paths of one flow do not cross, so the second flow is nearly straight.',
        slider() +
          panels([reflow.before, reflow.after]) +
          qualityFigure({ curves: [reflow.before.quality, reflow.after.quality], floor }) +
          table([reflow.before.quality, reflow.after.quality], [reflow.before, reflow.after]),
      ),
    objectives.length > 0 &&
      section(
        'Flow matching and diffusion',
        'From Gaussian noise to the moons with the same network and as many training steps: the straight path with ' +
          'velocity prediction, and the variance-preserving path with noise prediction, by the ODE and by ancestral sampling.',
        qualityFigure({ curves: objectives, floor }) + table(objectives),
      ),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>molflow: flow matching in the plane</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#0f172a;background:#fff}
.panels{display:flex;flex-wrap:wrap;gap:1rem}table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #e2e8f0}
td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}input{width:16rem;vertical-align:middle}</style></head>
<body><h1>Flow matching in the plane</h1>
<p>Seed ${seed}. Distances are 2-Wasserstein distances between 256 samples and 256 points of the data; two samples of the data are ${floor.toFixed(3)} apart.</p>
${sections.filter(Boolean).join('\n')}
<script>
const paths=${JSON.stringify(moving.map(frames))};
const figures=[...document.querySelectorAll('.moving')];
const sliders=[...document.querySelectorAll('input')];
for(const slider of sliders)slider.addEventListener('input',()=>{
  const t=Number(slider.value);
  for(const other of sliders){other.value=t;other.nextElementSibling.textContent='t = '+t.toFixed(2)}
  figures.forEach((figure,f)=>{
    const all=paths[f],at=t*(all.length-1),k=Math.min(Math.floor(at),all.length-2),s=at-k;
    [...figure.children].forEach((dot,i)=>{
      dot.setAttribute('cx',(1-s)*all[k][2*i]+s*all[k+1][2*i]);
      dot.setAttribute('cy',(1-s)*all[k][2*i+1]+s*all[k+1][2*i+1]);
    });
  });
});
</script></body></html>
`;
}

function section(title: string, text: string, body: string): string {
  return `<section><h2>${escape(title)}</h2><p>${escape(text)}</p>${body}</section>`;
}

function slider(): string {
  return '<p><label>time <input type="range" min="0" max="1" step="0.01" value="0"> <output>t = 0.00</output></label></p>';
}

function panels(runs: readonly FlowRun[]): string {
  const figures = runs.map(({ label, curvature, paths }) =>
    pathsFigure(paths, { title: `${label}: curvature ${curvature.toFixed(3)}`, count: SHOWN, moving: true }),
  );
  return `<div class="panels">${figures.join('')}</div>`;
}

function table(curves: readonly QualityCurve[], runs?: readonly FlowRun[]): string {
  const head = curves[0].points.map(({ steps }) => `<th>${steps === 1 ? '1 step' : `${steps} steps`}</th>`).join('');
  const body = curves.map(
    ({ label, points }, i) =>
      `<tr><td>${escape(label)}</td>${points.map(({ distance }) => `<td>${distance.toFixed(3)}</td>`).join('')}` +
      `${runs ? `<td>${runs[i].curvature.toFixed(4)}</td>` : ''}</tr>`,
  );
  return `<table><tr><th>distance to the data</th>${head}${runs ? '<th>curvature</th>' : ''}</tr>${body.join('')}</table>`;
}

/** Every other state of the shown paths, in the figure's own coordinates. */
function frames({ paths }: FlowRun): number[][] {
  return paths.states
    .filter((_, k) => k % 2 === 0)
    .map((state) =>
      Array.from(state.subarray(0, 2 * SHOWN), (v, i) => Math.round(10 * toFigure(i % 2 === 0 ? v : -v)) / 10),
    );
}
