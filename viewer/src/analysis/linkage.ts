/** Complete-linkage clustering: no two members of a cluster are farther apart than the cut-off. */

/** Unions in the order of their heights: the clusters of `one` and `other` become one whose diameter is `height`. */
export type Linkage = readonly { readonly one: number; readonly other: number; readonly height: number }[];

/**
 * The hierarchy of n things with `distances` [n,n] (Defays, Comput. J. 20, 364, 1977), by chains of nearest neighbours
 * (Murtagh, Comput. J. 26, 354, 1983): O(n²).
 */
export function completeLinkage(distances: ArrayLike<number>, n: number): Linkage {
  // A cluster is known by one of its members; the others leave the matrix.
  const between = Float64Array.from(distances);
  const alive = new Set(Array.from({ length: n }, (_, i) => i));
  const unions: { one: number; other: number; height: number }[] = [];
  let chain: number[] = [];
  while (alive.size > 1) {
    if (chain.length === 0) for (const first of alive) if (chain.length === 0) chain.push(first);
    const end = chain[chain.length - 1];
    // Of equal distances the one before in the chain is taken: so a chain ends.
    let nearest = chain[chain.length - 2] ?? -1;
    for (const candidate of alive) {
      if (candidate === end || candidate === nearest) continue;
      if (nearest < 0 || between[end * n + candidate] < between[end * n + nearest]) nearest = candidate;
    }
    if (nearest !== chain[chain.length - 2]) {
      chain.push(nearest);
      continue;
    }
    chain = chain.slice(0, -2);
    const [one, other] = [Math.min(end, nearest), Math.max(end, nearest)];
    unions.push({ one, other, height: between[one * n + other] });
    alive.delete(other);
    for (const rest of alive) {
      const farther = Math.max(between[one * n + rest], between[other * n + rest]);
      between[one * n + rest] = farther;
      between[rest * n + one] = farther;
    }
  }
  return unions.sort((a, b) => a.height - b.height);
}

/**
 * The clusters whose diameter is at most `cutOff`, the largest first; of equal ones that with the first member. Members
 * stand next to those that they are joined with first.
 */
export function clustersAt(linkage: Linkage, n: number, cutOff: number): number[][] {
  const groupOf = new Map(Array.from({ length: n }, (_, i) => [i, [i]]));
  for (const { one, other, height } of linkage) {
    if (height > cutOff) break;
    groupOf.set(one, [...(groupOf.get(one) ?? []), ...(groupOf.get(other) ?? [])]);
    groupOf.delete(other);
  }
  return [...groupOf.values()].sort((a, b) => b.length - a.length || Math.min(...a) - Math.min(...b));
}
