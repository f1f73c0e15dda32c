import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseCase, readCases } from './cases.mjs';

test('a vector of the filter: bytes are as they stand', () => {
  const { settings, events, expected } = parseCase('a', 'Title\n\n== settings\n {} \n== events\n{"a":"== b"}\r\n\u2028\n\n\n== outcome\nread 0\n== records\n\n== joined\n');
  assert.deepEqual([settings, events, expected], ['{}', '{"a":"== b"}\r\n\u2028\n', '== outcome\nread 0\n== records\n\n== joined\n']);
});

test('a vector of join without any parts', () => {
  const { parts, expected } = parseCase('a', 'Title\n\n== parts\n== joined');
  assert.deepEqual([parts, expected], ['\n', '== joined\n']);
});

test('what is no vector is an error', () => {
  for (const text of ['', 'Title\n', 'T\n== events\n{}\n', 'T\n== joined\n', 'T\n== events\n== parts\n== joined\n', 'T\n== settings\n== parts\n== joined\n', 'T\n== events\n== ledger\n']) {
    assert.throws(() => parseCase('a', text), JSON.stringify(text));
  }
});

test('a folder without vectors is an error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cases-'));
  try {
    assert.throws(() => readCases(folder), /no vectors/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
