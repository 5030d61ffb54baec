/** Classes of atoms that no constitutional difference tells apart, by colour refinement. */

/**
 * Refines `colours` until atoms of one class have neighbours (with their bonds) of equal classes
 * (Morgan, J. Chem. Doc. 1965, 5, 107; Weisfeiler and Leman 1968). Never splits atoms that an automorphism
 * exchanges; in rare graphs it leaves together atoms that none does.
 * @param colours one string an atom: whatever tells atoms apart from the start.
 */
export function symmetryClasses(
  colours: readonly string[],
  bonds: readonly { readonly a: number; readonly b: number; readonly order: number; readonly aromatic: boolean }[],
): number[] {
  const neighbours: { atom: number; kind: number }[][] = colours.map(() => []);
  for (const { a, b, order, aromatic } of bonds) {
    const kind = aromatic ? 4 : order;
    neighbours[a].push({ atom: b, kind });
    neighbours[b].push({ atom: a, kind });
  }
  let { classes, count } = number(colours);
  for (;;) {
    const refined = number(
      classes.map(
        (own, i) =>
          `${own}:${neighbours[i]
            .map(({ atom, kind }) => classes[atom] * 5 + kind)
            .sort((x, y) => x - y)
            .join()}`,
      ),
    );
    if (refined.count === count) return classes;
    ({ classes, count } = refined);
  }
}

function number(keys: readonly string[]): { classes: number[]; count: number } {
  const seen = new Map<string, number>();
  const classes = keys.map((key) => {
    const known = seen.get(key);
    if (known !== undefined) return known;
    seen.set(key, seen.size);
    return seen.size - 1;
  });
  return { classes, count: seen.size };
}
