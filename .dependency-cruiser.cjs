/**
 * The invariants of ARCHITECTURE.md, by the same names. tests/contract/architecture-rules.test.ts shows that each one fires.
 * Paths are those of the sources: the workspaces' export condition leads there, never to dist/.
 */
const adapters = '^shared/src/(kafka|elasticsearch|embedded)/';
const compositionRoots = '(^|/)main\\.ts$|^shared/src/composition/';
const contractSuites = '^shared/src/testing/';
/** What ends up in the page: nothing of it may need Node.js. */
const explorerMayKnow = '^services/explorer/src/|^shared/src/(query|ports)/|^shared/src/record/level\\.ts$';
const browserPackages = ['preact', '@preact', 'uplot', '@tanstack/virtual-core'];
const production = '^(shared|services/[^/]+)/src/';
/** A package, resolved or not. */
const npm = (...names) => `(^|node_modules/)(${names.join('|')})(/|$)`;
const vendorClients = npm('kafkajs', '@platformatic/kafka', '@elastic/elasticsearch', 'libsql');

module.exports = {
  forbidden: [
    {
      name: 'ports-depend-on-record-types-only',
      comment: 'A port is an interface: it may name types of other ports and of the record, nothing else.',
      severity: 'error',
      from: { path: '^shared/src/ports/' },
      to: { pathNot: '^shared/src/(ports|record)/' },
    },
    {
      name: 'ports-depend-on-record-types-only',
      comment: 'Types only: a port holds no code and loads none.',
      severity: 'error',
      from: { path: '^shared/src/ports/' },
      to: { dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'adapters-never-import-siblings',
      comment: 'What two adapters share belongs to the port, or to a decorator over it.',
      severity: 'error',
      from: { path: adapters },
      to: { path: adapters, pathNot: '^shared/src/$1/' },
    },
    {
      name: 'adapters-never-import-config-or-telemetry',
      comment: 'An adapter takes a plain options object, a Logger and callbacks.',
      severity: 'error',
      from: { path: adapters },
      to: { path: `^shared/src/(config|telemetry|composition)/|${npm('winston', 'prom-client')}` },
    },
    {
      name: 'protocols-know-records-only',
      comment:
        'A protocol turns bytes into records: no HTTP framework, no queue, no store. Decoders of bytes are all it may bring.',
      severity: 'error',
      from: { path: '^services/api/src/protocols/' },
      to: {
        pathNot: `^services/api/src/protocols/|^shared/src/(record|errors)/|${npm('hysnappy')}`,
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'ingest-and-indexer-know-ports-only',
      comment: 'The pipeline runs on any queue and any store.',
      severity: 'error',
      from: {
        path: '^services/(api/src/(ingest|search|explore|streams|status)|indexer/src)/',
        pathNot: compositionRoots,
      },
      to: { path: `${adapters}|${vendorClients}` },
    },
    {
      name: 'api-and-indexer-never-import-each-other',
      comment: 'They meet on the queue and in the store, and in the all-in-one process.',
      severity: 'error',
      from: { path: '^services/(api|indexer)/src/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'cli-speaks-http-only',
      comment: 'The command line knows the services by their addresses, as every other client does.',
      severity: 'error',
      from: { path: '^services/cli/src/' },
      to: { path: '^services/', pathNot: '^services/cli/' },
    },
    {
      name: 'explorer-knows-queries-and-levels-only',
      comment:
        'The page runs in a browser: it knows the query language and the levels, and the services by their addresses.',
      severity: 'error',
      from: { path: '^services/explorer/src/' },
      to: { path: '^(shared|services)/', pathNot: explorerMayKnow },
    },
    {
      name: 'explorer-knows-queries-and-levels-only',
      comment: 'Neither Node.js nor packages that need it.',
      severity: 'error',
      from: { path: explorerMayKnow },
      to: { path: `(^|/)node_modules/`, pathNot: npm(...browserPackages) },
    },
    {
      name: 'explorer-knows-queries-and-levels-only',
      comment: 'Neither Node.js nor packages that need it.',
      severity: 'error',
      from: { path: explorerMayKnow },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-main-touches-adapters',
      comment: 'Which adapter it is gets decided in one place.',
      severity: 'error',
      from: { path: production, pathNot: [adapters, compositionRoots, contractSuites] },
      to: { path: adapters },
    },
    {
      name: 'only-main-touches-adapters',
      comment: "Only an adapter speaks to its vendor's client.",
      severity: 'error',
      from: { path: production, pathNot: [adapters, contractSuites] },
      to: { path: vendorClients },
    },
    {
      name: 'express-only-in-api',
      comment: 'HTTP is the concern of the API.',
      severity: 'error',
      from: { path: production, pathNot: '^services/api/src/' },
      to: { path: npm('express') },
    },
    {
      name: 'no-circular',
      comment: 'Modules that need each other are one module.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans-in-production',
      comment: 'Every production module is reached from a main.ts or from a worker thread that one starts.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/main\\.tsx?$|-worker\\.ts$' },
      to: {
        path: production,
        pathNot: [contractSuites, '-worker\\.ts$', '/main\\.tsx?$', '\\.d\\.ts$'],
        reachable: false,
      },
    },
    {
      name: 'no-test-code-in-production',
      comment: 'Production neither contains nor needs what tests need.',
      severity: 'error',
      from: { path: production, pathNot: contractSuites },
      to: {
        path: `${contractSuites}|(^|/)tests?/|\\.test\\.ts$|${npm('mocha', 'tsx', 'testcontainers', 'playwright-core')}`,
      },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere escapes every other rule.',
      severity: 'error',
      from: { path: production },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@paylog/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
