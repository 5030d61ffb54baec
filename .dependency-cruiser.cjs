/** Holds the arrows of docs/architecture.md: which folder may import which. Run by `npm run lint`. */

/** Folder → the folders that it may import. Its own files are always allowed. */
const arrows = {
  geometry: [],
  python: [],
  flow: ['geometry'],
  files: [],
  embed: [],
  chem: ['geometry', 'files'],
  engine: ['python'],
  network: ['chem', 'flow', 'engine', 'geometry'],
  dataset: ['chem', 'files', 'flow', 'network', 'geometry', 'python'],
  training: ['dataset', 'flow', 'network', 'engine', 'geometry', 'python'],
  generation: ['chem', 'flow', 'network', 'engine', 'geometry'],
  evaluation: ['chem', 'geometry', 'python'],
  supervisor: [],
  playground: ['flow', 'training', 'network', 'engine', 'geometry'],
};

/** The folders that run in a browser as they are; their Node-only files end in .node.ts. */
const library = '^src/(geometry|chem|flow|engine|network|generation|evaluation|embed)/';
const nodeFile = '\\.node\\.ts$';

module.exports = {
  forbidden: [
    ...Object.entries(arrows).map(([folder, allowed]) => ({
      name: `arrows-of-${folder}`,
      comment: `${folder} may import ${allowed.join(', ') || 'no other folder'}.`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^(src|viewer|test|bench|scripts)/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
    })),
    {
      name: 'viewer-uses-the-library',
      comment: 'The web app may use what runs in a browser, and nothing that needs Node.',
      severity: 'error',
      from: { path: '^viewer/src/' },
      to: { path: '^src/', pathNot: [library, '^src/index\\.browser\\.ts$'] },
    },
    {
      name: 'viewer-without-node-files',
      severity: 'error',
      from: { path: '^viewer/src/' },
      to: { path: nodeFile },
    },
    {
      name: 'source-without-tests',
      comment: 'The library, the command and the web app know no test, bench or script.',
      severity: 'error',
      from: { path: '^(src|viewer)/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'library-without-node',
      comment: 'What needs Node in these folders stands in a file whose name ends in .node.ts.',
      severity: 'error',
      from: { path: [library, '^viewer/src/', '^src/index\\.browser\\.ts$'], pathNot: nodeFile },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'library-without-node-files',
      comment: 'A file for both homes reaches its Node-only neighbours through its caller.',
      severity: 'error',
      from: { path: library, pathNot: nodeFile },
      to: { path: `${nodeFile}|^src/files/` },
    },
    {
      name: 'library-without-node-packages',
      comment: 'Native add-ons and terminal packages belong to .node.ts files and to the command.',
      severity: 'error',
      from: { path: [library, '^viewer/src/', '^src/index\\.browser\\.ts$'], pathNot: nodeFile },
      to: { path: '^node_modules/(onnxruntime-node|@tensorflow/tfjs-node|commander|cli-progress)/' },
    },
    {
      name: 'browser-half-reaches-no-node-file',
      severity: 'error',
      from: { path: '^src/index\\.browser\\.ts$' },
      to: { reachable: true, path: `${nodeFile}|^src/files/` },
    },
    {
      name: 'only-packages-of-the-package',
      comment: 'What src imports at run time is a dependency, not a development dependency.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'unknown', 'undetermined'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'every-import-resolves',
      comment: 'Vite makes the virtual: modules and those with a ? themselves.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:|[?]' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules/\\.)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
