/** The sketcher: a molecule drawn in two dimensions becomes the SMILES that conformers are made of. */
import type { CanvasEditor } from 'openchemlib';
import { readSdf } from '../../../src/chem/io/sdf.js';
import type { Structure } from '../../../src/chem/structure.js';
import type { Analysis } from '../analysis/client.js';
import { byId } from '../dom.js';
import { loadEditor, type EditorModule } from './load-editor.js';

export interface Sketcher {
  /** Opens with the molecule of a SMILES, or with the last drawing where that began with the same. */
  open(smiles: string | undefined): void;
}

export function connectSketcher({
  analysis,
  generate,
}: {
  readonly analysis: Analysis;
  readonly generate: (smiles: string) => void;
}): Sketcher {
  const dialog = byId<HTMLDialogElement>('sketcher');
  const host = byId('sketch');
  const state = byId('sketch-state');
  const button = byId<HTMLButtonElement>('sketch-generate');
  let opened: Promise<{ module: EditorModule; editor: CanvasEditor }> | undefined;
  /** What the drawing began with; `undefined`: with nothing. */
  let begun: { readonly smiles: string | undefined } | undefined;
  /** SMILES of the drawing as it is now. */
  let drawn: string | undefined;
  let reading = 0;

  /** The editor measures its place when it is made, so the dialog is open by then. */
  function start(): NonNullable<typeof opened> {
    opened ??= loadEditor().then((module) => {
      const editor = new module.CanvasEditor(host);
      editor.setOnChangeListener(({ type }) => {
        if (type === 'molecule') void read(editor);
      });
      return { module, editor };
    });
    opened.catch(() => (opened = undefined));
    return opened;
  }

  function say(text: string, { problem = false } = {}): void {
    state.textContent = text;
    state.classList.toggle('bad', problem);
  }

  /** RDKit reads the drawing, as it reads a file with one. */
  async function read(editor: CanvasEditor): Promise<void> {
    reading += 1;
    const own = reading;
    drawn = undefined;
    button.disabled = true;
    if (editor.getMolecule().getAllAtoms() === 0) return say('Nothing is drawn yet.');
    try {
      const structure = await structureOf(editor.getMolecule().toMolfileV3());
      const { smiles } = await analysis.ask('identity', { structure });
      if (own !== reading) return;
      drawn = smiles;
      button.disabled = false;
      say(smiles);
    } catch (error) {
      if (own === reading) say(error instanceof Error ? error.message : String(error), { problem: true });
    }
  }

  async function show(smiles: string | undefined): Promise<void> {
    say('Loading …');
    try {
      const { module, editor } = await start();
      if (begun && begun.smiles === smiles) return await read(editor);
      begun = { smiles };
      editor.clearAll();
      if (smiles === undefined) return await read(editor);
      const molfile = await analysis.ask('molfile', { smiles });
      if (begun.smiles === smiles) editor.setMolecule(module.Molecule.fromMolfile(molfile));
    } catch (error) {
      begun = undefined;
      say(error instanceof Error ? error.message : String(error), { problem: true });
    }
  }

  function take(): void {
    if (drawn === undefined) return;
    dialog.close();
    // What comes next begins with this.
    begun = { smiles: drawn };
    generate(drawn);
  }

  button.addEventListener('click', take);
  byId('sketch-clear').addEventListener('click', () => void opened?.then(({ editor }) => editor.clearAll()));
  byId('sketch-close').addEventListener('click', () => dialog.close());
  return {
    open(smiles) {
      button.disabled = true;
      dialog.showModal();
      void show(smiles);
    },
  };
}

/** @throws Error where it is no molecule */
async function structureOf(molfile: string): Promise<Structure> {
  for await (const { structure } of readSdf([molfile], { file: 'The drawing' })) return { ...structure, name: '' };
  throw new Error('The drawing holds no molecule.');
}
