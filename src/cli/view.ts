/** `molflow view`: shows conformers and trajectories in the browser. */
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { writeWholeFile } from '../files/output-file.js';
import { interruption, keeps } from './interrupt.js';
import { print } from './print.js';
import { exportedPage } from './view/page.js';
import { frameAncestors } from './view/policy.js';
import { requireShowable } from './view/readable.js';
import { startViewerServer } from './view/server.js';
import { writeStaticViewer } from './view/static.js';

interface ViewFlags {
  readonly port: number;
  readonly reference?: readonly string[];
  readonly export?: string;
  readonly static?: string;
  readonly frameAncestors?: string;
}

/** @param options.folder the built viewer; beside the compiled command by default */
export function viewCommand({
  folder = fileURLToPath(new URL('../viewer', import.meta.url)),
}: { folder?: string } = {}): Command {
  return new Command('view')
    .description('show conformers and trajectories in the browser')
    .argument(
      '[files...]',
      'SDF, MOL, MOL2, XYZ, or the ligands of CIF and PDB; a trajectory of “molflow generate --trajectory”; a list of SMILES (SMI, CSV, TSV) to make there; also gzipped',
    )
    .option('--port <number>', 'port on the loopback address; 0 takes any free one', portNumber, 0)
    .option('--reference <file...>', 'conformers of the same molecule to compare with')
    .option('--export <page.html>', 'write one self-contained page that plays offline, instead of serving')
    .option('--static <folder>', 'write the viewer as files for any web server, instead of serving')
    .option(
      '--frame-ancestors <origins>',
      'pages that may show the viewer in a frame, such as http://localhost:8888, separated by commas; none by default',
      origins,
    )
    .action(async (files: string[], flags: ViewFlags) => {
      const references = flags.reference ?? [];
      if (flags.static !== undefined) {
        if (files.length + references.length > 0 || flags.export !== undefined)
          throw new Error('--static writes the viewer alone: files are opened by the address of its page.');
        await writeStaticViewer({ folder, to: flags.static });
        print(`${flags.static}: the viewer, for any web server and under any path\n`);
        return;
      }
      if (flags.export !== undefined) {
        if (files.length === 0) throw new Error('--export needs at least one file to put into the page.');
        await Promise.all([...files, ...references].map(requireShowable));
        const page = await exportedPage({ folder, files, references });
        await writeWholeFile(flags.export, page);
        print(`${flags.export}: ${(page.length / 1e6).toFixed(1)} MB, opens in any browser without a network\n`);
        return;
      }
      const { port, frameAncestors: ancestors } = flags;
      const server = await startViewerServer({ folder, files, references, port, ancestors });
      print(`The viewer is at ${server.address}\nCtrl-C stops it.\n`);
      keeps(() => 'the viewer is closed');
      await new Promise((resolve) => interruption.addEventListener('abort', resolve));
      await server.close();
    });
}

function origins(text: string): string {
  try {
    return frameAncestors(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError('Expected a port from 0 to 65535.');
  return port;
}
