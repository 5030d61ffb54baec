/** What can be taken out of the page: an SDF of the shown conformers, a picture, an animation. */
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

/** Fields that say which frame it is, and of which conformer: as they were called before, too. */
const OF_A_FRAME = /^(MOLFLOW_)?(FLOW_TIME|STAGE|SPEED|CONFORMER)$/;

/** The last frames of `conformers` as SDF records, laid on top of each other, with their data fields. */
export function sdfOf(shown: Shown, conformers: readonly number[], results: Results): string {
  return conformers
    .map((index) => {
      const conformer = shown.conformers[index];
      const { energy } = results.conformer(shown, index);
      const fields = new Map([...conformer.fields].filter(([name]) => !OF_A_FRAME.test(name)));
      fields.set('MOLFLOW_CONFORMER', conformer.label);
      if (typeof energy === 'number') fields.set('MOLFLOW_ENERGY_MMFF94', energy.toFixed(4));
      return sdfRecord({ molecule: shown.entry.structure, coordinates: lastFrame(conformer).coordinates, fields });
    })
    .join('');
}

/** All frames of `conformers`, as the viewer's README describes such a file. */
export function trajectoryOf({ entry, conformers }: Shown, chosen: readonly number[]): string {
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

/**
 * Records the canvas while `play` runs.
 * @throws Error where the browser cannot record a canvas.
 */
export async function recordingOf(
  canvas: HTMLCanvasElement,
  play: () => Promise<void>,
): Promise<{ blob: Blob; extension: string }> {
  const type = ['video/webm;codecs=vp9', 'video/webm', 'video/mp4'].find(
    (one) => typeof MediaRecorder !== 'undefined' && MediaRecorder.isTypeSupported(one),
  );
  if (type === undefined || !('captureStream' in canvas))
    throw new Error('This browser cannot record a canvas. Chromium and Firefox can.');
  const stream = canvas.captureStream(30);
  const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: 8e6 });
  const chunks: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => chunks.push(data));
  const stopped = new Promise<void>((resolve, reject) => {
    recorder.addEventListener('stop', () => resolve());
    recorder.addEventListener('error', () => reject(new Error('The browser stopped the recording.')));
  });
  recorder.start();
  try {
    await play();
  } finally {
    recorder.stop();
    for (const track of stream.getTracks()) track.stop();
  }
  await stopped;
  const bare = type.split(';')[0];
  return { blob: new Blob(chunks, { type: bare }), extension: bare.split('/')[1] };
}
