/** Times and rates of a run, in words. */

/** `4.2 s`, `3 min 20 s`, `5 h 12 min`: what matters of a time in seconds. */
export function inWords(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const [large, small, names] = seconds < 3600 ? [60, 1, ['min', 's']] : [3600, 60, ['h', 'min']];
  const whole = Math.round(seconds / small) * small;
  return `${Math.floor(whole / large)} ${names[0]} ${Math.round((whole % large) / small)} ${names[1]}`;
}

/** `23.1 a second`, or of slow work `4.2 a minute`. */
export function rateInWords(perSecond: number): string {
  return perSecond >= 1 ? `${perSecond.toFixed(1)} a second` : `${(60 * perSecond).toFixed(1)} a minute`;
}
