import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

test('the package that npm makes works by itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'actlog-'));
  try {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, stdio: 'pipe' });
    const [name, ...others] = readdirSync(folder);
    assert.deepEqual(others, []);
    execFileSync('tar', ['-xzf', name], { cwd: folder });
    const program = `import { Filter } from 'actlog'; console.log(Filter.open().audit('{}').read);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: join(folder, 'package'), encoding: 'utf8' });
    assert.equal(output, '1\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the types of the package lead to nothing that is not in it', () => {
  const dist = join(root, 'dist');
  const reached = new Set();
  const follow = (name) => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const [, to] of readFileSync(join(dist, name), 'utf8').matchAll(/(?:from |import\()'(\.[^']*)\.js'/g)) follow(`${to}.d.ts`);
  };
  follow('index.d.ts');
  follow('fastify.d.ts');
  assert.ok(reached.size > 5);
  assert.ok(![...reached].some((name) => name.includes('component')), [...reached].join());
});
