/** Conformers in the format that is asked for: whole files of a molecule each, or one output for all. */
import type { ConformerRecord } from '../../chem/io/conformer-record.js';
import {
  conformerText,
  openOutput,
  outputFormatOf,
  type ConformerOutput,
  type OutputFormat,
} from '../../chem/io/output.node.js';
import { fieldColumns, type FieldColumn } from '../../chem/io/parquet-columns.js';
import { OutputError } from '../../files/output-error.js';
import { isStream, type OpenOptions } from '../../files/output-file.js';
import { keeps } from '../interrupt.js';
import { moleculesOf } from './molecules.js';

export interface Writer {
  /** A whole file. @throws RangeError for a record that the format cannot hold */
  file(molecule: readonly ConformerRecord[]): string | Uint8Array;
  open(options: OpenOptions): Promise<Pick<ConformerOutput, 'write' | 'close' | 'leave'>>;
}

/** The format that a name tells. @throws OutputError */
const formatOf = (out: string): OutputFormat | 'parquet' => {
  if (out === '-') return 'sdf';
  return /\.parquet(\.gz|\.zst)?$/i.test(out) ? 'parquet' : outputFormatOf(out);
};

/** @throws OutputError; what is wrong with the input, where the format needs all of it */
export async function writerOf({
  input,
  out,
  format = formatOf(out),
}: {
  readonly input: string;
  readonly out: string;
  readonly format?: OutputFormat | 'parquet' | undefined;
}): Promise<Writer> {
  if (format !== 'parquet')
    return {
      file: (molecule) => conformerText(molecule, format),
      open: (options) => openOutput(out, { format, ...options }),
    };
  if (/\.(gz|zst)$/i.test(out))
    throw new OutputError(`cannot write ${out}: Parquet is compressed within; name it .parquet`);
  if (input === '-' || (await isStream(input)))
    throw new Error(`${input}: for Parquet the input is read twice, the first time for its fields; name a file`);
  // Loaded for this alone.
  const { openParquetOutput, parquetFile } = await import('../../chem/io/parquet-output.node.js');
  const columns = await columnsOf(input);
  return {
    file: (molecule) => parquetFile(molecule, columns),
    open: (options) => {
      keeps(() => 'nothing was written');
      return openParquetOutput(out, { columns, ...options });
    },
  };
}

/** What cannot be read is told as it is converted. */
async function columnsOf(input: string): Promise<readonly FieldColumn[]> {
  const columns = fieldColumns();
  for await (const molecule of moleculesOf(input, () => {}))
    for (const { fields = [] } of molecule) columns.see(fields);
  return columns.columns();
}
