/** What the package exports, values and types: a name that comes, goes or changes is meant, and stands in CHANGELOG.md. */
import path from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const ENTRIES = {
  molflow: 'index.d.ts',
  'molflow-browser': 'index.browser.d.ts',
  'molflow-flow': 'index.flow.d.ts',
  'molflow-viewer': 'index.viewer.d.ts',
};
const fileOf = (entry: string) => path.resolve(import.meta.dirname, '../../dist', entry);

it('exports what the lists in test/package/exports/ say (npx vitest run test/package -u writes them anew)', async () => {
  const files = Object.values(ENTRIES).map(fileOf);
  const { options } = ts.parseJsonConfigFileContent({ extends: '../../tsconfig.json' }, ts.sys, import.meta.dirname);
  const program = ts.createProgram(files, { ...options, types: [], noLib: true });
  const checker = program.getTypeChecker();
  for (const [name, entry] of Object.entries(ENTRIES)) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(fileOf(entry))!)!;
    const lines = checker.getExportsOfModule(module).map((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return target.flags & ts.SymbolFlags.Value ? symbol.name : `type ${symbol.name}`;
    });
    await expect(`${lines.sort().join('\n')}\n`).toMatchFileSnapshot(`./exports/${name}.txt`);
  }
});
