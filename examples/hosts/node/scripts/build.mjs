// Builds the package: the component to JavaScript and a core module in component/, the sources in src/ to dist/.
//
//   npm run build                           of actlog.wasm, which `actlog component -o actlog.wasm` wrote here
//   npm run build -- path/to/actlog.wasm    of another file
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpile } from '@bytecodealliance/jco';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const file = process.argv[2] === undefined ? join(root, 'actlog.wasm') : resolve(process.argv[2]);

/** Ends with a message, without a stack that helps nobody. */
function fail(message) {
  console.error(`build: ${message}`);
  process.exit(1);
}

let component;
try {
  component = readFileSync(file);
} catch (error) {
  fail(`${error.message}; write the component there with 'actlog component -o actlog.wasm', or name another file`);
}
if (component.subarray(0, 8).toString('hex') !== '0061736d0d000100') fail(`${file} is no WebAssembly component`);

const { files, imports } = await transpile(component, { name: 'filter', instantiation: 'sync', wasiShim: false });
if (imports.length > 0) fail(`${file} imports ${imports.join(', ')}; the filter imports nothing`);

// A decoder that drops a byte-order mark would change names that begin with one.
const DECODER = 'new TextDecoder()';
const glue = Buffer.from(files['filter.js']).toString().split(DECODER);
if (glue.length !== 2) fail(`the transpiled code has ${glue.length - 1} times '${DECODER}', not once: look at what jco changed`);
files['filter.js'] = glue.join("new TextDecoder('utf-8', { ignoreBOM: true })");

rmSync(join(root, 'component'), { recursive: true, force: true });
for (const [name, text] of Object.entries(files)) {
  const path = join(root, 'component', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

rmSync(join(root, 'dist'), { recursive: true, force: true });
const require = createRequire(import.meta.url);
const typescript = dirname(require.resolve('typescript/package.json'));
const { bin } = require('typescript/package.json');
try {
  execFileSync(process.execPath, [join(typescript, bin.tsc), '--project', root], { stdio: 'inherit' });
} catch {
  fail('the sources do not compile, see above');
}
