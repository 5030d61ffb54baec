/** Molecules of lists of SMILES that are not made yet: each has a button, and one makes all, one after another. */
import type { Listed } from '../data/listed.js';
import { byId, h } from '../dom.js';
import type { Generation } from '../generate/generate.js';

export interface Waiting {
  add(molecules: readonly Listed[]): void;
}

export function connectWaitingPanel({ generation }: { readonly generation: Generation }): Waiting {
  const panel = byId('waiting-panel');
  const list = h('ul', { id: 'waiting-list', tabindex: '0', 'aria-label': 'Molecules to make' });
  const button = (id: string, text: string, onclick: () => void): HTMLElement =>
    h('button', { type: 'button', id, onclick }, text);
  panel.append(
    list,
    h(
      'div',
      { class: 'row' },
      button('make-all', 'Generate all', () => void make(molecules.filter((molecule) => !failed.has(molecule)))),
      button('clear-waiting', 'Clear the list', () => keep([])),
    ),
  );
  let molecules: readonly Listed[] = [];
  let making: Listed | undefined;
  const failed = new Set<Listed>();

  /** Makes them one after another, until one is stopped or something else is asked for. */
  async function make(chosen: readonly Listed[]): Promise<void> {
    for (const molecule of chosen) {
      if (!molecules.includes(molecule)) continue;
      making = molecule;
      failed.delete(molecule);
      draw();
      const { smiles, name } = molecule;
      const { made, interrupted } = await generation.offer({ text: smiles, ...(name !== smiles && { name }) });
      // Another one may have taken its place.
      if (making === molecule) making = undefined;
      if (!made && !interrupted) failed.add(molecule);
      keep(molecules.filter((other) => other !== molecule || !made));
      if (interrupted) return;
    }
  }

  function keep(next: readonly Listed[]): void {
    molecules = next;
    draw();
  }

  function draw(): void {
    const focused = list.contains(document.activeElement) ? document.activeElement?.id : undefined;
    panel.hidden = molecules.length === 0;
    list.replaceChildren(
      ...molecules.map((molecule, index) =>
        h(
          'li',
          {},
          h('span', { title: molecule.smiles }, molecule.name),
          failed.has(molecule) && h('span', { class: 'bad' }, 'not made'),
          h(
            'button',
            {
              type: 'button',
              id: `make-${index}`,
              'aria-label': `Generate ${molecule.name}`,
              disabled: molecule === making,
              onclick: () => void make([molecule]),
            },
            molecule === making ? 'Being made …' : 'Generate',
          ),
        ),
      ),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  return { add: (more) => keep([...molecules, ...more]) };
}
