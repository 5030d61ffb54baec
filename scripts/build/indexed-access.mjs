/**
 * Part of `npm run lint`: `noUncheckedIndexedAccess` for the folders that handle files, processes and what users type,
 * where an entry of a list may well not be there. The compiler has the option for whole programs only, and arithmetic on
 * coordinates, whose loops stay within their arrays, would drown in checks.
 */
import path from 'node:path';
import ts from 'typescript';

const FOLDERS = ['cli', 'files', 'supervisor', 'python'].map((name) => path.resolve('src', name) + path.sep);

const { config } = ts.readConfigFile('tsconfig.build.json', ts.sys.readFile);
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
const program = ts.createProgram(fileNames, {
  ...options,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  incremental: false,
  tsBuildInfoFile: undefined,
});
const checked = program
  .getSourceFiles()
  .filter(({ fileName }) => FOLDERS.some((folder) => path.resolve(fileName).startsWith(folder)));
if (checked.length === 0) throw new Error(`no file lies in ${FOLDERS.join(', ')}`);
const problems = checked.flatMap((file) => program.getSemanticDiagnostics(file));
if (problems.length > 0) {
  console.error(
    ts.formatDiagnosticsWithColorAndContext(problems, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => process.cwd(),
      getNewLine: () => '\n',
    }),
  );
  process.exit(1);
}
