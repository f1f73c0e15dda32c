// A package without what the build makes would be of no use: npm stops when this fails.
import { existsSync } from 'node:fs';

for (const file of ['dist/index.js', 'dist/index.d.ts', 'component/filter.js', 'component/filter.core.wasm']) {
  if (!existsSync(new URL(`../${file}`, import.meta.url))) {
    console.error(`${file} is missing: run 'npm run build' first`);
    process.exit(1);
  }
}
