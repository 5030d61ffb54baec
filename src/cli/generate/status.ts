/** The table of --status: a row for each molecule, in the order of the input. */
import { csvRow } from '../../chem/io/write-csv.js';
import type { Delivered, Undelivered } from './deliver.js';

const COLUMNS = ['molecule', 'id', 'key', 'status', 'reason', 'asked', 'delivered', 'seconds'];

/** @param options.first whether it is the first row, before which the header stands */
export function statusText(
  delivery: Delivered | Undelivered,
  { asked, first }: { readonly asked: number | undefined; readonly first: boolean },
): string {
  const { source, seconds } = delivery;
  const name = 'error' in source ? undefined : source.name;
  const place = [source.index + 1, name, source.key];
  const end = seconds.toFixed(2);
  const cells =
    delivery.kind === 'failed'
      ? [...place, 'failed', delivery.message, asked, 0, end]
      : [
          ...place,
          delivery.isCutShort ? 'cut short' : 'done',
          delivery.result.report.reason,
          delivery.result.report.asked,
          delivery.result.conformers.length,
          end,
        ];
  return `${first ? csvRow(COLUMNS) : ''}${csvRow(cells)}`;
}
