/** RDKit's ETKDGv3, alone and with MMFF94, by the project's script for Python. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { openText } from '../../chem/io/open.node.js';
import { readSdf } from '../../chem/io/sdf.js';
import { inScratchFolder, startProgram } from '../../python/other-programs.node.js';
import { pythonProgram, pythonWith } from '../../python/programs.node.js';
import { gatherConformers } from '../conformer-sets.js';
import { PeerUnavailable, type Peer } from './peer.js';

const SCRIPT = pythonProgram('baseline-rdkit.py');

export const etkdg = rdkitPeer({ name: 'etkdg', relax: false });
export const etkdgMmff = rdkitPeer({ name: 'etkdg+mmff94', relax: true });

function rdkitPeer({ name, relax }: { name: string; relax: boolean }): Peer {
  return {
    name,
    async generate({ molecules, seed, threads = 1, onMolecule = () => {} }) {
      const python = pythonWith('rdkit');
      if (!python)
        throw new PeerUnavailable('RDKit for Python is not installed (Debian: apt-get install python3-rdkit)');
      return inScratchFolder(async (folder) => {
        const [input, output] = [path.join(folder, 'molecules.json'), path.join(folder, 'conformers.sdf')];
        await writeFile(input, JSON.stringify(molecules));
        const { child, ended } = startProgram(python, [
          SCRIPT,
          'embed',
          input,
          output,
          '--seed',
          String(seed),
          '--threads',
          String(threads),
          ...(relax ? ['--mmff'] : []),
        ]);
        let [done, made, seconds, cpuSeconds, relaxSeconds, peakMemory, problem] = [0, 0, 0, 0, 0, 0, ''];
        child.stderr.on('data', (text: Buffer) => (problem += text.toString()));
        ended.catch(() => {}); // it is looked at once the output ends
        for await (const line of createInterface({ input: child.stdout })) {
          const row = JSON.parse(line) as Record<
            'made' | 'seconds' | 'cpuSeconds' | 'relaxSeconds' | 'peakMemory',
            number
          >;
          made += row.made;
          seconds += row.seconds;
          cpuSeconds += row.cpuSeconds;
          relaxSeconds += row.relaxSeconds;
          peakMemory = Math.max(peakMemory, row.peakMemory);
          onMolecule(++done);
        }
        const code = await ended;
        if (code !== 0) throw new Error(`${SCRIPT} ended with status ${code}: ${problem.trim().slice(-500)}`);
        const conformers = await gatherConformers(readSdf(await openText(output), { file: name, onError: () => {} }));
        return { conformers, made, seconds, cpuSeconds, relaxSeconds, peakMemory };
      });
    },
  };
}
