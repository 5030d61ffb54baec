/** The scripts that an evaluation report carries within it. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ReportAssets } from '../../evaluation/report/report-html.js';

/** @throws Error where a package is not installed. */
export async function reportAssets(): Promise<ReportAssets> {
  const require = createRequire(import.meta.url);
  const read = async (name: string, file: string): Promise<string> => {
    let main: string;
    try {
      main = require.resolve(name);
    } catch {
      throw new Error(`the report needs the package ${name}: npm install ${name}`);
    }
    const folder = main.slice(0, main.lastIndexOf(`${path.sep}${name}${path.sep}`) + name.length + 2);
    return readFile(path.join(folder, file), 'utf8');
  };
  const [plotScript, plotStyle, moleculeScript] = await Promise.all([
    read('uplot', 'dist/uPlot.iife.min.js'),
    read('uplot', 'dist/uPlot.min.css'),
    read('3dmol', 'build/3Dmol-min.js'),
  ]);
  return { plotScript, plotStyle, moleculeScript };
}
