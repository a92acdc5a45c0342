import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'jsdom',
    globals: true,
    setupFiles: ['./vitest.setup.mjs'],
    include: ['src/**/__tests__/**/*.spec.{ts,tsx}'],
    server: {
      deps: {
        // Published as ES modules without "type": "module" or file extensions, which Node cannot
        // import: let vite transform them.
        inline: [/@jupyterlab\//, /@jupyter\//, /@lumino\//, /@rjsf\//]
      }
    }
  }
});
