// For all TypeScript the recommended rules; for what runs on the engine also its dialect, so that a mistake shows in the
// editor. The bundle gate (tools/gate.mjs) has the last word on the output.
import tseslint from 'typescript-eslint';

/** [selector, what is wrong]. */
const DIALECT = [
  ['ObjectPattern, ArrayPattern', 'no destructuring'],
  [':function > AssignmentPattern', 'no default parameters'],
  [':function > RestElement', 'no rest parameters'],
  ['SpreadElement', 'no spread; objects: Object.assign'],
  ['ChainExpression', 'no ?.'],
  ['Property[computed=true]', 'no computed keys'],
  ["BinaryExpression[operator='**'], AssignmentExpression[operator='**=']", 'no **'],
  ["BinaryExpression[operator='in']", 'no `in`: use hasOwnProperty'],
  ['TaggedTemplateExpression', 'no tagged templates'],
  [':function[async=true], AwaitExpression', 'no async'],
  [':function[generator=true]', 'no generators'],
  ['LabeledStatement', 'no labels'],
  ['TSEnumDeclaration', 'no enum: a union of texts or constants'],
  ['TSModuleDeclaration[kind="namespace"]', 'no namespaces'],
  ['PrivateIdentifier', 'no #private: private _x'],
  ['ClassDeclaration[superClass]', 'no extends'],
  ['Decorator', 'no decorators'],
  ['StaticBlock', 'no static blocks'],
  ['SwitchCase[test=null]:not(:last-child)', 'default comes last'],
];

export default tseslint.config(
  // Scripts below bench/ and test/ run on the interpreter.
  { ignores: ['dist/', '.bench/', 'node_modules/', 'bench/**/*.js', 'test/**/*.js'] },
  { linterOptions: { reportUnusedDisableDirectives: 'off' } },
  ...tseslint.configs.recommended,
  // No rule looks into comments for types.
  { languageOptions: { parserOptions: { jsDocParsingMode: 'none' } } },
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-expressions': ['error', { allowShortCircuit: true, allowTernary: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
      'no-var': 'error',
    },
  },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-explicit-any': 'off' },
  },
  {
    files: ['firmware/**/*.ts', 'hal/**/*.ts', 'boards/**/*.ts'],
    ignores: ['**/*.d.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...DIALECT.map(([selector, message]) => ({ selector, message }))],
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-implied-eval': 'off',
      // There is no Object.hasOwn, and records have no names of their own that would hide it.
      'no-prototype-builtins': 'off',
    },
  },
  {
    // The engine's types repeat standard names and declare what only looks unused or empty.
    files: ['**/*.d.ts'],
    rules: {
      '@typescript-eslint/no-empty-object-type': 'off',
      '@typescript-eslint/no-unused-vars': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-redundant-type-constituents': 'off',
    },
  },
);
