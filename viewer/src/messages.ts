/** Messages in the page: problems stay until closed, notes vanish; screen readers announce both, for their place is a live region. */
import { byId, h } from './dom.js';

const listeners: ((text: string) => void)[] = [];

/** Calls `listener` with every problem that is told. */
export function onProblem(listener: (text: string) => void): void {
  listeners.push(listener);
}

export function tell(
  text: string,
  {
    kind = 'note',
    action,
  }: { kind?: 'note' | 'problem'; action?: { readonly text: string; readonly run: () => void } } = {},
): void {
  const host = byId('messages');
  const close = h(
    'button',
    { type: 'button', class: 'icon', 'aria-label': 'Close message', onclick: () => item.remove() },
    '×',
  );
  const item: HTMLElement = h(
    'div',
    { class: `message ${kind}`, role: kind === 'problem' && 'alert' },
    h('p', {}, text),
    action &&
      h(
        'button',
        {
          type: 'button',
          class: 'action',
          onclick: () => {
            item.remove();
            action.run();
          },
        },
        action.text,
      ),
    close,
  );
  const same = [...host.children].find((other) => other.querySelector('p')?.textContent === text);
  same?.remove();
  while (host.children.length > 3) host.lastElementChild?.remove();
  // The newest is seen, however low the window.
  host.prepend(item);
  if (kind === 'problem') listeners.forEach((listener) => listener(text));
  if (kind === 'note') setTimeout(() => item.remove(), 6000);
}

export function tellProblem(error: unknown): void {
  tell(error instanceof Error ? error.message : String(error), { kind: 'problem' });
}
