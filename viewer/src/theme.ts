/** Light or dark: the system's choice, or the user's. */
import { byId } from './dom.js';
import type { Store, ThemeChoice } from './store.js';
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
    remember(theme);
    listeners.forEach((listener) => listener());
  }

  function remember(theme: ThemeChoice): void {
    try {
      if (theme === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // A page opened from a file may have no storage; the choice then lasts as long as the page.
    }
  }

  try {
    const kept = localStorage.getItem(KEY);
    if (kept === 'light' || kept === 'dark') store.set({ theme: kept });
  } catch {
    // As above.
  }
  dark.addEventListener('change', apply);
  store.watch(['theme'], apply);
  apply();
  return { current, onChange: (listener) => void listeners.push(listener) };
}
