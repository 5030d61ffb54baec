/** Titles and reasons come from files: in a report or a table they are text, never markup or a formula. */
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { csv } from '../../src/cli/evaluate/per-molecule.js';
import { reportHtml } from '../../src/evaluation/report/report-html.js';

it('a report holds any title as data, and its page stays whole', () => {
  const title = '<!-- <script> </script><img src=x onerror=alert(1)> ]]> \u2028 &amp; "\\';
  const data = { title, evaluations: [], worst: [] } as unknown as Parameters<typeof reportHtml>[0];
  const html = reportHtml(data, { plotScript: 'var a="</script>"', plotStyle: '', moleculeScript: '' });
  const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)!;
  expect(json).not.toContain('<');
  expect(JSON.parse(json)).toEqual(data);
  expect(html.match(/<\/script>/g)).toHaveLength(4);
  expect(html).not.toContain('<img');
});

it('a cell that a spreadsheet would compute is text, and a number stays one', () => {
  const rows = [{ title: '=cmd|"/C calc"!A0', smiles: '@x', reason: '+1', other: '-2', shown: 'a=b', number: -2.5 }];
  const text = csv(rows);
  expect(parse(text)).toEqual([
    ['title', 'smiles', 'reason', 'other', 'shown', 'number'],
    [`'=cmd|"/C calc"!A0`, "'@x", "'+1", "'-2", 'a=b', '-2.5'],
  ]);
});
