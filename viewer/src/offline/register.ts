/** Keeps a static build of the page for use without a network, once it has what it needs itself. */
import { staticVersion } from '../unpack.js';

/** Nothing where the page is no static build, or the browser keeps nothing for it (a frame of another site, no https). */
export function keepOffline(): void {
  const version = staticVersion();
  if (version === undefined || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register(`offline.js?${version}`).catch(() => {
    // Private windows and sandboxed frames refuse it; the page works as well without.
  });
}
