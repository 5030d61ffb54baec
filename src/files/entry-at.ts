/** An entry of a list that runs beside another one, as stretches beside files. @throws RangeError where there is none */
export function entryAt<T extends object | string | number>(list: readonly T[], index: number): T {
  const entry = list[index];
  if (entry === undefined) throw new RangeError(`entry ${index} is asked for of a list of ${list.length}`);
  return entry;
}
