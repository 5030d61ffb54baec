/** Light or dark: the system's choice, or the user's. */
import { byId } from './dom.js';
import { remember, remembered } from './remembered.js';
import type { Store } from './store.js';
import type { Theme } from './view/palette.js';

const KEY = 'molflow-theme';

export function connectTheme({ store }: { readonly store: Store }): {
  current(): Theme;
  onChange(listener: () => void): void;
} {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const listeners: (() => void)[] = [];

  function current(): Theme {
    const { theme } = store.get();
    return theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
  }

  function apply(): void {
    const { theme } = store.get();
    document.documentElement.dataset['theme'] = current();
    const name = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' }[theme];
    byId('theme').textContent = { system: '◐', light: '☀', dark: '☾' }[theme];
    byId('theme').setAttribute('aria-label', name);
    byId('theme').title = name;
    remember(KEY, theme === 'system' ? undefined : theme);
    listeners.forEach((listener) => listener());
  }

  const kept = remembered(KEY);
  if (kept === 'light' || kept === 'dark') store.set({ theme: kept });
  dark.addEventListener('change', apply);
  store.watch(['theme'], apply);
  apply();
  return { current, onChange: (listener) => void listeners.push(listener) };
}
