/** The house's import rule (docs/architecture.md): imports run one way, and a wrong one fails the build. */
const engineRooms = ['pipeline', 'tracking', 'registry', 'training', 'deployment', 'monitoring'];

module.exports = {
  forbidden: [
    {
      name: 'engine-knows-no-editor',
      comment:
        'The model lifecycle has no editor in it: no vscode and none of the folders that use the engine.',
      severity: 'error',
      from: { path: '^engine/' },
      to: { path: '^(vscode$|extension/|language-server/|webviews/|node_modules/vscode-language)' },
    },
    {
      name: 'language-server-over-pipeline-only',
      comment: 'The language server is a transport over engine/pipeline.',
      severity: 'error',
      from: { path: '^language-server/' },
      to: { path: '^(vscode$|extension/|webviews/|engine/(?!pipeline/))' },
    },
    {
      name: 'extension-talks-to-engine-by-protocol',
      comment:
        'The extension host stays thin: it uses the engine through its protocol, types and pure functions, never through stores.',
      severity: 'error',
      from: { path: '^extension/' },
      to: {
        path: '^(language-server/|engine/(backends|cli)/|engine/(project|server)\\.ts|webviews/(?!.*contract\\.ts$))',
      },
    },
    {
      name: 'webviews-are-browser-code',
      comment: 'Pages import only types and pure functions of the engine, and no Node or vscode module.',
      severity: 'error',
      from: { path: '^webviews/' },
      to: {
        path: '^(vscode$|extension/|language-server/|engine/(backends|cli|processes|project-files)/|engine/(project|server)\\.ts)',
      },
    },
    {
      name: 'webviews-no-node-builtins',
      severity: 'error',
      from: { path: '^webviews/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-the-list-knows-backends',
      comment: 'Adding a backend is adding one folder and one line in engine/backends/index.ts.',
      severity: 'error',
      from: { path: '^(?!engine/backends/|test/)' },
      to: { path: '^engine/backends/(?!index\\.ts$|types\\.ts$)' },
    },
    {
      name: 'rooms-do-not-import-compositions',
      comment: 'Rooms of the engine own their interfaces; composition roots wire them.',
      severity: 'error',
      from: { path: `^engine/(${engineRooms.join('|')}|processes|project-files)/` },
      to: { path: '^engine/(backends/|cli/|project\\.ts|server\\.ts)' },
    },
    {
      name: 'schemas-import-nothing',
      severity: 'error',
      from: { path: '^schemas/' },
      to: { path: '^(engine|extension|language-server|webviews)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^(dist|out|\\.dev)/' },
  },
};
