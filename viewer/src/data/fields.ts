/** Data fields that molflow writes: with its prefix, and in files of before without. */
export function ownField(fields: ReadonlyMap<string, string>, name: string): string | undefined {
  return fields.get(`MOLFLOW_${name}`) ?? fields.get(name);
}
