/** Parquet files of conformers, which are whole or not there: of half a file, what its columns are is not written yet. */
import { isStream, openOutputFile, type OpenOptions } from '../../files/output-file.js';
import { OutputError } from '../../files/output-error.js';
import type { ConformerRecord } from './conformer-record.js';
import type { ConformerOutput } from './output.node.js';
import type { FieldColumn } from './parquet-columns.js';
import { parquetRows } from './write-parquet.js';

/**
 * As openOutput; `leave` keeps nothing.
 * @param options.columns of the fields of all records that will be written
 * @throws OutputError, also where the output is no file
 */
export async function openParquetOutput(
  path: string,
  { columns, ...options }: OpenOptions & { readonly columns: readonly FieldColumn[] },
): Promise<Pick<ConformerOutput, 'write' | 'close' | 'leave'>> {
  if (await isStream(path))
    throw new OutputError(`cannot write Parquet to ${path}: it is read from its end; name a file`);
  const file = await openOutputFile(path, options);
  const rows = parquetRows(columns);
  return {
    write: (conformers) => file.write(rows.add(conformers)),
    async close() {
      try {
        await file.write(rows.finish());
        await file.mark();
        await file.finish();
      } finally {
        await file.close();
      }
    },
    async leave() {
      await file.back();
      await file.close();
      return undefined;
    },
  };
}

/** A whole file of one molecule. @throws RangeError, as parquetRows */
export function parquetFile(conformers: readonly ConformerRecord[], columns: readonly FieldColumn[]): Uint8Array {
  const rows = parquetRows(columns);
  return Buffer.concat([rows.add(conformers), rows.finish()]);
}
