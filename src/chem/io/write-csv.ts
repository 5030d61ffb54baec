/** A row of comma-separated values (RFC 4180). */

/** Text that a spreadsheet would take for a formula gets an apostrophe before it, as OWASP advises. */
export function csvRow(cells: readonly (string | number | null | undefined)[]): string {
  return `${cells.map(cellOf).join(',')}\n`;
}

function cellOf(value: string | number | null | undefined): string {
  const formula = typeof value === 'string' && /^[=+\-@\t\r]/.test(value);
  const text = `${formula ? "'" : ''}${value ?? ''}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
