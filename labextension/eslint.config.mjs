import js from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import imports from 'eslint-plugin-import';
import a11y from 'eslint-plugin-jsx-a11y';
import prettier from 'eslint-plugin-prettier/recommended';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/**
 * Who may import whom. From the ground up:
 * `wire, tokens, ui <- api <- feature/model <- body, panel <- commands <- plugin <- index`.
 */
const GROUND = ['./src/wire.ts', './src/tokens.ts', './src/ui'];
const FEATURES = ['sidebar', 'runs', 'pipelines', 'registry', 'cells'];
const ROOMS = ['model', 'body', 'panel', 'commands', 'plugin'];

const below = {
  target: GROUND,
  from: './src',
  except: [...GROUND.map(path => path.replace('./src/', './')), './__tests__'],
  message: 'The ground floor imports nothing of ours but itself.'
};

const api = {
  target: './src/api',
  from: FEATURES.map(name => `./src/${name}`),
  message: 'The api serves the features and knows none of them.'
};

const siblings = FEATURES.map(name => ({
  target: `./src/${name}`,
  from: FEATURES.filter(other => other !== name).map(other => `./src/${other}`),
  message: 'Features meet through tokens and command ids.'
}));

const rooms = ROOMS.slice(0, -1).map((room, index) => ({
  target: `./src/*/**/${room}.ts?(x)`,
  from: ROOMS.slice(index + 1).map(higher => `./src/*/**/${higher}.ts?(x)`),
  message: 'model <- body <- panel <- commands <- plugin'
}));

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'lib',
      'src/wire.ts',
      '**/*.js',
      '**/*.mjs',
      '**/*.d.ts'
    ]
  },
  js.configs.recommended,
  tseslint.configs.recommended,
  { plugins: { jupyter, import: imports } },
  jupyter.configs.recommended,
  a11y.flatConfigs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        project: 'tsconfig.test.json',
        tsconfigRootDir: import.meta.dirname
      }
    },
    settings: {
      'import/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import/resolver': { node: { extensions: ['.ts', '.tsx', '.js'] } }
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'interface',
          format: ['PascalCase'],
          custom: { regex: '^I[A-Z]', match: true }
        }
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-namespace': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { args: 'none' }],
      curly: ['error', 'all'],
      eqeqeq: 'error',
      'import/no-cycle': 'error',
      'import/no-restricted-paths': [
        'error',
        { zones: [below, api, ...siblings, ...rooms] }
      ],
      'max-lines': ['error', 400],
      'max-lines-per-function': [
        'error',
        { max: 60, skipBlankLines: true, skipComments: true }
      ],
      'no-console': 'error',
      'prefer-arrow-callback': 'error',
      'jupyter/command-described-by': 'error',
      'jupyter/prefer-lazy-imports': [
        'error',
        {
          // What the sidebar shows at start is needed at start; tabs.ts imports the tabs when one is opened.
          ignoreImports: [
            './client',
            './model',
            './panel',
            './settings',
            './tabs',
            '../api/polledPage'
          ]
        }
      ],
      'jupyter/no-untranslated-string': 'error',
      'jupyter/plugin-description': 'error',
      'jupyter/require-disposable-ownership': 'error',
      'jupyter/require-signal-cleanup': 'error'
    }
  },
  {
    files: ['**/__tests__/**'],
    rules: {
      // A spec is one long describe().
      'max-lines-per-function': 'off',
      'jupyter/command-described-by': 'off',
      'jupyter/no-untranslated-string': 'off',
      'jupyter/require-disposable-ownership': 'off',
      'jupyter/require-signal-cleanup': 'off'
    }
  },
  prettier
);
