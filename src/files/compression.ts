/** How a file is compressed, by its name: gzip, or zstd where this Node has it (22.15 and later). */
import * as zlib from 'node:zlib';

type Compress = (text: string | Uint8Array) => Buffer;

/** Types of a Node that is older than the one that has it. */
const { zstdCompressSync, zstdDecompressSync, createZstdDecompress } = zlib as typeof zlib & {
  readonly zstdCompressSync?: Compress;
  readonly zstdDecompressSync?: (bytes: Uint8Array) => Buffer;
  readonly createZstdDecompress?: () => NodeJS.ReadWriteStream;
};

/** What is said where zstd is asked for and not there. */
export const NO_ZSTD = `zstd needs Node 22.15 or newer, and this is ${process.version}; gzip (.gz) works with all`;

export interface Compression {
  readonly kind: 'gzip' | 'zstd';
  /** One member or frame: those of several texts in a row are one file. */
  readonly compress: Compress;
  readonly decompress: (bytes: Uint8Array) => Buffer;
}

/** Undefined for a file that is not compressed. @throws Error where it would be with zstd, which this Node has not */
export function compressionOf(name: string): Compression | undefined {
  if (/\.gz$/i.test(name)) return { kind: 'gzip', compress: zlib.gzipSync, decompress: zlib.gunzipSync };
  if (!/\.zst$/i.test(name)) return undefined;
  if (!zstdCompressSync || !zstdDecompressSync) throw new Error(NO_ZSTD);
  return { kind: 'zstd', compress: zstdCompressSync, decompress: zstdDecompressSync };
}

/** Undefined where this Node has none. */
export const openZstd = createZstdDecompress;
