/**
 * Open Babel: one structure by `--gen3d`, then its genetic search for conformers that differ in RMSD (`--conformer`).
 * Its systematic search, Confab, often finds no conformer of a flexible molecule.
 */
import path from 'node:path';
import { openText } from '../../chem/io/open.node.js';
import { readSdf } from '../../chem/io/sdf.js';
import { inScratchFolder, startProgram } from '../../python/other-programs.node.js';
import { gatherConformers, type ConformerSet } from '../conformer-sets.js';
import { PeerUnavailable, type Peer } from './peer.js';

/** Time limit in ms: some molecules make it hang. */
const TIMEOUT = 120_000;

export const openBabel: Peer = {
  name: 'openbabel',
  async generate({ molecules, onMolecule = () => {} }) {
    const run = async (...args: string[]): Promise<boolean> => {
      const { child, ended } = startProgram('obabel', args, {
        signal: AbortSignal.timeout(TIMEOUT),
        killSignal: 'SIGKILL',
      });
      child.stdout.resume();
      child.stderr.resume();
      return ended.then(
        (code) => code === 0,
        () => false,
      );
    };
    if (!(await run('-V')))
      throw new PeerUnavailable('Open Babel is not installed (Debian: apt-get install openbabel)');
    const conformers = new Map<string, readonly ConformerSet[]>();
    let [made, seconds] = [0, 0];
    await inScratchFolder(async (folder) => {
      for (const [index, { title, smiles, count }] of molecules.entries()) {
        const [one, all] = [path.join(folder, `${index}.sdf`), path.join(folder, `${index}-all.sdf`)];
        const start = performance.now();
        const done =
          (await run(`-:${smiles}`, '--title', title, '-O', one, '--gen3d')) &&
          (await run(one, '-O', all, '--conformer', '--nconf', String(count), '--score', 'rmsd', '--writeconformers'));
        seconds += (performance.now() - start) / 1000;
        const records = done ? readSdf(await openText(all), { file: 'obabel', onError: () => {} }) : undefined;
        const sets = records && [...(await gatherConformers(records)).values()][0];
        if (sets) {
          conformers.set(title, sets);
          made += sets.reduce((sum, set) => sum + set.conformers.length, 0);
        }
        onMolecule(index + 1);
      }
    });
    // Node does not report the processor time of child processes.
    return { conformers, made, seconds, cpuSeconds: NaN };
  },
};
