import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const production = ['shared/src/**/*.ts', 'services/*/src/**/*.{ts,tsx}'];
const mains = ['services/*/src/main.ts'];
const tests = ['**/test/**/*.ts', 'tests/**/*.ts', 'bench/**/*.ts', 'shared/src/testing/**/*.ts'];

/** Members of `process` that read or steer the process as a whole. */
const processMembers = ['argv', 'chdir', 'env', 'exit', 'exitCode', 'kill', 'off', 'on', 'once', 'stdin'];
const onlyMain =
  'Invariant only-main-touches-process: take what you need as an option; only main.ts reads and steers the process.';

/** Globals of Node.js that the plain JavaScript files use. */
const nodeGlobals = Object.fromEntries(
  ['AbortSignal', 'Buffer', 'URL', 'clearTimeout', 'console', 'fetch', 'process', 'setTimeout'].map((name) => [
    name,
    'readonly',
  ]),
);

export default defineConfig(
  { ignores: ['**/node_modules/', '**/dist/', 'coverage/', 'data/', '.stack/', '.test-results/', '**/fixtures/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // An in-memory adapter implements an asynchronous port without having anything to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-param-reassign': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: production,
    ignores: tests,
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 100, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', { selector: 'ExportAllDeclaration', message: 'Name what you export.' }],
    },
  },
  {
    files: production,
    ignores: mains,
    rules: {
      'no-restricted-properties': [
        'error',
        ...processMembers.map((property) => ({ object: 'process', property, message: onlyMain })),
      ],
      'no-restricted-imports': [
        'error',
        { paths: ['process', 'node:process'].map((name) => ({ name, message: onlyMain })) },
      ],
    },
  },
  {
    files: tests,
    rules: {
      'no-console': 'off',
      // What a test reads back is asserted right after; a wrong shape fails the assertion.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // Numbers and texts that others would mishandle are what several tests are about.
      '@typescript-eslint/no-misused-spread': 'off',
      'no-loss-of-precision': 'off',
      // The methods of a world that a contract suite is given are closures.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  { files: ['**/*.js', '**/*.mjs', '**/*.cjs'], languageOptions: { globals: nodeGlobals } },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs', globals: { module: 'writable' } } },
  prettier,
);
