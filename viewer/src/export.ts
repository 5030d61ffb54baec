/** Exports of the page: conformers and trajectories as SDF, a picture. film.ts makes the animation. */
import { sdfRecord } from '../../src/chem/io/write-sdf.js';
import { lastFrame } from './data/trajectory.js';
import { h } from './dom.js';
import type { Results } from './analysis/results.js';
import type { Shown } from './session.js';

export function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name for files: letters, digits and dashes of the molecule's name. */
export function fileStem({ entry }: Shown): string {
  const stem = (entry.structure.name || entry.source)
    .replace(/\.(sdf|xyz|mol|gz)+$/i, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return stem.slice(0, 60) || 'molecule';
}

/** Fields that name the frame and its conformer, under their former names too. */
const OF_A_FRAME = /^(MOLFLOW_)?(FLOW_TIME|STAGE|SPEED|CONFORMER)$/;

/** A record with this field was made by molflow and is exported unchanged. */
const MADE_BY_MOLFLOW = 'MOLFLOW_DRAW';

/** The last frames of `conformers` as SDF records: where they lay in the file, with their data fields. */
export function sdfOf(shown: Shown, conformers: readonly number[], results: Results): string {
  const { structure, conformers: given } = shown.entry;
  return conformers
    .map((index) => {
      const conformer = given[index];
      const { coordinates } = lastFrame(conformer);
      if (conformer.fields.has(MADE_BY_MOLFLOW))
        return sdfRecord({ molecule: structure, coordinates, fields: conformer.fields });
      const { energy } = results.conformer(shown, index);
      const fields = new Map([...conformer.fields].filter(([name]) => !OF_A_FRAME.test(name)));
      fields.set('MOLFLOW_CONFORMER', conformer.label);
      if (typeof energy === 'number') fields.set('MOLFLOW_ENERGY_MMFF94', energy.toFixed(4));
      return sdfRecord({ molecule: structure, coordinates, fields });
    })
    .join('');
}

/** All frames of `conformers`, as the viewer's README describes such a file. */
export function trajectoryOf({ entry }: Shown, chosen: readonly number[]): string {
  const { conformers } = entry;
  return chosen
    .flatMap((index) =>
      conformers[index].frames.map(({ t, stage, speed, coordinates }) => {
        const fields = new Map<string, string>([
          ['MOLFLOW_CONFORMER', conformers[index].label],
          ['MOLFLOW_FLOW_TIME', String(Number(t.toFixed(6)))],
          ...(stage === 'all' ? [] : [['MOLFLOW_STAGE', stage] as const]),
          ...(speed === undefined ? [] : [['MOLFLOW_SPEED', speed.toFixed(4)] as const]),
        ]);
        return sdfRecord({ molecule: entry.structure, coordinates, fields });
      }),
    )
    .join('');
}

export async function pictureOf(canvas: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The browser could not make a picture of the canvas.');
  return blob;
}
