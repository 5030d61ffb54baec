/** Data fields that molflow writes: with its prefix, or without it as in older files. */
export function ownField(fields: ReadonlyMap<string, string>, name: string): string | undefined {
  return fields.get(`MOLFLOW_${name}`) ?? fields.get(name);
}
