/** Open Babel: one structure by `--gen3d`, its conformers by Confab (O'Boyle et al., J. Cheminform. 3, 8, 2011). */
import { spawnSync } from 'node:child_process';
import { readSdf } from '../../chem/io/sdf.js';
import { gatherConformers, type ConformerSet } from '../conformer-sets.js';
import { PeerUnavailable, type Peer } from './peer.js';

/** One molecule may hang it. */
const TIMEOUT = 120_000;

export const openBabel: Peer = {
  name: 'openbabel',
  async generate({ molecules, onMolecule = () => {} }) {
    if (spawnSync('obabel', ['-V']).status !== 0) throw new PeerUnavailable('Open Babel is not installed (Debian: apt-get install openbabel)');
    const conformers = new Map<string, readonly ConformerSet[]>();
    let [made, seconds] = [0, 0];
    for (const [index, { title, smiles, count }] of molecules.entries()) {
      const start = performance.now();
      const one = run([`-:${smiles} ${title}`, '-osdf', '--gen3d'], '');
      const all = run(['-isdf', '-osdf', '--confab', '--conf', String(count), '--rcutoff', '0.1', '--original'], one);
      seconds += (performance.now() - start) / 1000;
      const records = readSdf([all === '' ? one : all], { file: 'obabel', onError: () => {} });
      const sets = [...(await gatherConformers(records)).values()][0];
      if (sets) {
        // `--original` puts the first structure before those asked for.
        const [first, ...others] = sets;
        const kept = [{ ...first!, conformers: first!.conformers.slice(0, count) }, ...others];
        conformers.set(title, kept);
        made += kept.reduce((sum, set) => sum + set.conformers.length, 0);
      }
      onMolecule(index + 1);
    }
    // Node does not tell the processor time of its children.
    return { conformers, made, seconds, cpuSeconds: NaN };
  },
};

function run(args: readonly string[], input: string): string {
  const { stdout } = spawnSync('obabel', args, { input, timeout: TIMEOUT, maxBuffer: 1 << 28, encoding: 'utf8' });
  return stdout ?? '';
}
