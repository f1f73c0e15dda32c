// What becomes of events when the filter fails on one of them. The component here fails on demand: see troublemaker.wat.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

assert.ok(process.env.ACTLOG_TROUBLE, 'ACTLOG_TROUBLE names the package that is built from the troublemaker: use the script run');
const { Filter, FilterFault, namesOf, Recorder, Translator } = await import(pathToFileURL(join(process.env.ACTLOG_TROUBLE, 'dist/index.js')));

const text = (bytes) => Buffer.from(bytes).toString();
const indexes = (list) => list.map(({ index }) => index);

test('the filter fails on some events: their neighbours are filtered, once and in order', () => {
  const filter = Filter.open();
  const lines = ['a', '!panics', 'b', '?rejected', '-excluded', '~recurses', 'c', '!', 'd', '-e', '?'];
  for (const given of [lines, `${lines.join('\n')}\n`, Buffer.from(lines.join('\n\n'))]) {
    const outcome = filter.audit(given);
    assert.deepEqual([outcome.read, outcome.recorded, outcome.parts, text(outcome.records)], [11, 4, 4, 'a\nb\nc\nd\n']);
    assert.deepEqual([indexes(outcome.faulted), indexes(outcome.rejected)], [[1, 5, 7], [3, 10]]);
    assert.deepEqual(outcome.excluded.map(({ count }) => count), [2]);
    assert.ok(outcome.faulted.every(({ explanation }) => explanation.startsWith('the filter failed: ')));
  }
});

test('faults in one piece of a large input leave the others alone', () => {
  const lines = Array.from({ length: 5_000 }, (_, number) => (number === 4_321 ? '!' : `line ${number} ${'x'.repeat(600)}`));
  const { read, recorded, faulted, records } = Filter.open().audit(lines);
  assert.deepEqual([read, recorded, indexes(faulted)], [5_000, 4_999, [4_321]]);
  assert.equal(text(records), lines.filter((line) => line !== '!').map((line) => `${line}\n`).join(''));
});

test('an instance that failed is never used again', () => {
  const filter = Filter.open();
  filter.audit('a');
  filter.audit('b');
  assert.equal(filter.explain('x'), 2, 'it tells how many batches the instance has seen');
  filter.audit('!');
  assert.equal(filter.explain('x'), 0);
  assert.throws(() => filter.explain('!'), FilterFault);
  assert.throws(() => filter.join('x'), FilterFault);
  assert.equal(text(filter.audit('c').records), 'c\n');
});

test('a filter that fails at its settings says so', () => {
  assert.throws(() => Filter.open('!'), FilterFault);
});

test('a translator that fails says so', () => {
  assert.throws(() => Translator.open('{}'), FilterFault);
  assert.throws(() => namesOf('x'), FilterFault);
});

test('a recorder keeps the events on which the filter failed', async () => {
  const kept = [];
  const records = [];
  const recorder = new Recorder({ filter: Filter.open(), sink: (batch) => void records.push(text(batch.records)), rejects: (events) => void kept.push(...events) });
  for (const event of ['a', '!b', 'c', '?d']) await recorder.add(event);
  await recorder.close();
  assert.deepEqual(records, ['a\nc\n']);
  assert.deepEqual(kept.map(({ event, outcome, reason }) => [text(event), outcome, reason]), [['?d', 'rejected', 'not-json'], ['!b', 'faulted', 'fault']]);
  const { read, recorded, rejected, faulted } = recorder.stats();
  assert.deepEqual([read, recorded, rejected, faulted], [4, 2, 1, 1]);
});
