/** Which atoms are bonded to which. */

/** The neighbours of each of the first `count` atoms among these, in the order of the bonds. */
export function adjacency(count: number, bonds: readonly { readonly a: number; readonly b: number }[]): number[][] {
  const neighbours: number[][] = Array.from({ length: count }, () => []);
  for (const { a, b } of bonds) {
    if (a >= count || b >= count) continue;
    neighbours[a].push(b);
    neighbours[b].push(a);
  }
  return neighbours;
}
