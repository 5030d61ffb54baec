/** The evaluation report as one self-contained HTML file. */
import { drawReport } from './draw-report.js';
import type { ReportData } from './report-data.js';

export interface ReportAssets {
  /** `uPlot.iife.min.js` and `uPlot.min.css` of uplot. */
  readonly plotScript: string;
  readonly plotStyle: string;
  /** `3Dmol-min.js` of 3dmol. */
  readonly moleculeScript: string;
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; margin: 0; }
main { max-width: 1320px; margin: 0 auto; padding: 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; white-space: nowrap; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid #ddd; text-align: right; font-variant-numeric: tabular-nums; }
th:first-child { text-align: left; }
.plots, .molecules { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 1rem 0 0; }
figcaption { font-weight: 600; }
.molecule { position: relative; width: 340px; height: 260px; border: 1px solid #ddd; }
code { display: block; max-width: 340px; overflow-wrap: anywhere; font-size: 12px; }
`;

export function reportHtml(data: ReportData, { plotScript, plotStyle, moleculeScript }: ReportAssets): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(data.title)}</title>
<style>${plotStyle}${STYLE}</style>
</head>
<body>
<script>${inScript(plotScript)}</script>
<script>${inScript(moleculeScript)}</script>
<script type="application/json" id="data">${inJson(data)}</script>
<script>
${inScript(String(drawReport))}
drawReport(JSON.parse(document.getElementById('data').textContent), uPlot, $3Dmol);
</script>
</body>
</html>
`;
}

/** A script of our own so that nothing in it ends its element; the backslash is harmless in its string literals. */
function inScript(text: string): string {
  return text.replace(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '<\\!--');
}

/** Titles and reasons come from files: no character of them may be markup, and what is escaped must still be JSON. */
function inJson(data: ReportData): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
