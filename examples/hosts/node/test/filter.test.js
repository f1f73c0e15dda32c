import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ClosedError, Filter, JoinError, parseRecords, reference, SettingsError } from 'actlog';

const ORGANIZATION = '7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10';
const event = (number, more) => ({ EventId: String(number), Message: 'Retrieve', OrganizationId: ORGANIZATION, EntityName: 'account', ...more });
const large = event('large', { Message: 'Update', Fields: [{ Name: 'description', Value: 'abc def '.repeat(1000) }] });
const text = (bytes) => Buffer.from(bytes).toString();
const ndjson = (events) => events.map((each) => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`).join('');
const excludedCount = (outcome) => outcome.excluded.reduce((sum, { count }) => sum + count, 0);
const sum = (outcome) => outcome.recorded + excludedCount(outcome) + outcome.rejected.length + outcome.faulted.length;

test('audit: bytes, text and a list of objects, text or bytes give the same', () => {
  const filter = Filter.open();
  const events = [event(1), event(2, { Message: 'WhoAmI' }), large, '{"Message":', event(3, { EntityId: 'no' })];
  const expected = filter.audit(Buffer.from(ndjson(events)));
  assert.deepEqual([expected.read, expected.recorded, expected.parts], [5, 2, 5]);
  assert.deepEqual(expected.excluded, [{ reason: 'excluded-message', message: 'WhoAmI', entity: 'account', count: 1 }]);
  assert.deepEqual(expected.rejected.map(({ index, reason, place }) => [index, reason, place]), [[3, 'not-json', 'Message'], [4, 'bad-value', 'EntityId']]);
  assert.deepEqual(expected.faulted, []);
  for (const given of [
    ndjson(events),
    ndjson(events).trimEnd(),
    new Uint8Array(Buffer.from(`x${ndjson(events)}`)).subarray(1),
    events,
    events.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))),
    events.map((each) => Buffer.from(typeof each === 'string' ? each : JSON.stringify(each))),
    events.map((each) => (typeof each === 'string' ? each : JSON.stringify(each, undefined, 2))),
  ]) {
    const outcome = filter.audit(given);
    assert.equal(text(outcome.records), text(expected.records));
    assert.deepEqual(outcome.excluded, expected.excluded);
    assert.deepEqual(outcome.rejected.map(({ index, reason }) => [index, reason]), [[3, 'not-json'], [4, 'bad-value']]);
  }
});

test('audit: what is no event and no bytes is refused, and never taken for zeros', () => {
  const filter = Filter.open();
  for (const given of [undefined, null, 7, {}, new ArrayBuffer(8), new Uint16Array(4)]) assert.throws(() => filter.audit(given), TypeError);
  for (const given of [undefined, null, 7, () => 1, Symbol.iterator]) assert.throws(() => filter.audit([given]), TypeError);
  assert.throws(() => filter.join(7), TypeError);
  assert.equal(filter.audit([]).read, 0);
  assert.equal(filter.audit('').read, 0);
});

test('audit: in a list every element is an event, also an empty one', () => {
  const filter = Filter.open();
  const outcome = filter.audit([event(1), '', event(2), ' \n ', Buffer.from('\ufeff'), event(3, { EntityId: 'no' })]);
  assert.deepEqual([outcome.read, outcome.recorded], [6, 2]);
  assert.deepEqual(outcome.rejected.map(({ index, reason }) => [index, reason]), [[1, 'not-json'], [3, 'not-json'], [4, 'not-json'], [5, 'bad-value']]);
});

test('audit: a line feed inside an element never makes two events of one', () => {
  const filter = Filter.open();
  const outcome = filter.audit([`${JSON.stringify(event(1))}\n${JSON.stringify(event(2))}`, '{"Message":"a\nb"}']);
  assert.deepEqual([outcome.read, outcome.recorded], [2, 0]);
  assert.deepEqual(outcome.rejected.map(({ reason }) => reason), ['not-json', 'not-json']);
});

test('audit: bytes that are not UTF-8', () => {
  const filter = Filter.open();
  const { rejected } = filter.audit(Uint8Array.of(0x7b, 0xff, 0x0a));
  assert.deepEqual(rejected.map(({ index, reason, place, offset }) => [index, reason, place, offset]), [[0, 'not-utf8', '', 1]]);
});

test('audit: a byte-order mark at the beginning of a name stays', () => {
  const filter = Filter.open();
  const { excluded } = filter.audit([event(1, { Message: 'WhoAmI', EntityName: '\ufeffname' })]);
  assert.equal(excluded[0].entity, '\ufeffname');
});

test('audit: however events are batched and cut in pieces, the sum is the same', () => {
  const filter = Filter.open();
  // Over several pieces of 1 MiB, with an event that is larger than a piece.
  const events = Array.from({ length: 900 }, (_, number) => [event(number), event(number, { Message: 'WhoAmI' }), large, '{', '\r']).flat();
  events.splice(1234, 0, event('huge', { Fields: [{ Name: 'text', Value: 'x'.repeat(3 << 20) }], Message: 'Update' }));
  const whole = filter.audit(ndjson(events));
  assert.equal(whole.read, 901 * 4 - 3);
  assert.equal(sum(whole), whole.read);
  assert.deepEqual(whole.excluded.map(({ count }) => count), [900]);
  const parts = [];
  let [read, recorded, rejected] = [0, 0, []];
  for (let from = 0; from < events.length; from += 77) {
    const outcome = filter.audit(ndjson(events.slice(from, from + 77)));
    parts.push(outcome.records);
    rejected = [...rejected, ...outcome.rejected.map(({ index }) => index + read)];
    read += outcome.read;
    recorded += outcome.recorded;
  }
  assert.deepEqual([read, recorded], [whole.read, whole.recorded]);
  assert.deepEqual(rejected, whole.rejected.map(({ index }) => index));
  assert.ok(Buffer.concat(parts).equals(whole.records));
});

test('audit: an event over the limit is rejected, one at the limit is not, and neighbours are untouched', () => {
  const at = JSON.stringify(event(1));
  const filter = Filter.open(undefined, { maxEventBytes: at.length });
  for (const [given, count] of [[`${at}\n${at} \n${at}\n`, 3], [`${at} \n${at}`, 2], [`${at}\n${at} `, 2], [[at, `${at} `, at], 3]]) {
    const outcome = filter.audit(given);
    assert.equal(outcome.read, count);
    assert.equal(outcome.recorded, count - 1);
    assert.deepEqual(outcome.rejected.map(({ reason, offset }) => [reason, offset]), [['too-large', at.length]]);
  }
  assert.equal(filter.audit(`${at}\n${at} \n${at}\n`).rejected[0].index, 1);
  for (const maxEventBytes of [0, -1, 1.5, NaN, '7']) assert.throws(() => Filter.open(undefined, { maxEventBytes }), RangeError);
});

test('open: settings as an object, as text and not at all', () => {
  const settings = { exclusions: { entities: ['account'] } };
  for (const [given, recorded] of [[settings, 0], [JSON.stringify(settings), 0], [undefined, 1], ['', 1], [{}, 1]]) {
    const filter = Filter.open(given);
    assert.equal(filter.audit([event(1)]).recorded, recorded);
  }
  for (const given of [null, 7, true]) assert.throws(() => Filter.open(given), TypeError);
});

test('open: bad settings say where and what', () => {
  assert.throws(() => Filter.open({ auditing: { read: 'yes' }, organizations: [{ id: 7 }] }), (error) => {
    assert.ok(error instanceof SettingsError && error instanceof Error);
    assert.equal(error.name, 'SettingsError');
    assert.deepEqual(error.errors.map(({ path }) => path).sort(), ['auditing.read', 'organizations[0].id']);
    assert.ok(error.errors.every(({ explanation }) => explanation.length > 0 && error.message.includes(explanation)));
    return true;
  });
  assert.throws(() => Filter.open('{'), SettingsError);
});

test('join: undoes split, and says why it cannot', () => {
  const filter = Filter.open();
  const split = filter.audit([large]);
  assert.ok(split.parts > 1);
  const parts = parseRecords(split.records);
  const [joined, ...others] = parseRecords(filter.join([...parts].reverse()));
  assert.deepEqual(others, []);
  assert.equal(JSON.parse(joined.Fields)[0].Value, large.Fields[0].Value);
  assert.equal(text(filter.join(split.records)), text(filter.join(text(split.records))));

  const failure = (given) => {
    try {
      filter.join(given);
    } catch (error) {
      assert.ok(error instanceof JoinError);
      return error.failure;
    }
    assert.fail('it joined');
  };
  assert.deepEqual(failure(parts.slice(1)), { kind: 'missing-parts', correlationId: parts[0].CorrelationId, partCount: parts.length, missing: [1] });
  assert.deepEqual({ ...failure(['{']), explanation: '' }, { kind: 'not-a-record', line: 1, explanation: '' });
  assert.deepEqual({ ...failure([parts[0], { ...parts[1], EntityName: 'x' }]), explanation: '' }, { kind: 'conflict', line: 2, explanation: '' });
  assert.equal(filter.audit([event(1)]).recorded, 1, 'the filter goes on');
});

test('explain: tells what audit does', () => {
  const filter = Filter.open({ auditing: { read: false } });
  for (const given of [event(1), JSON.stringify(event(1)), JSON.stringify(event(1), undefined, 2), Buffer.from(JSON.stringify(event(1)))]) {
    const { outcome, reason, stages } = filter.explain(given);
    assert.deepEqual([outcome, reason, stages.at(-1).stage], ['excluded', 'read-auditing-off', 'gate']);
  }
  assert.equal(filter.explain(event(1, { Message: 'Create' })).records[0].Message, 'Create');
  assert.equal(filter.explain('{').outcome, 'rejected');
});

test('close: nothing can be asked afterwards', () => {
  const filter = Filter.open();
  filter.close();
  filter.close();
  for (const ask of [() => filter.audit(''), () => filter.join(''), () => filter.explain('')]) assert.throws(ask, ClosedError);
  // What `using` calls where the language has it.
  const used = Filter.open();
  used[Symbol.dispose]();
  assert.throws(() => used.audit(''), ClosedError);
});

test('filters are independent of one another, and so are the records that they gave', () => {
  const filters = Array.from({ length: 50 }, (_, number) => Filter.open({ exclusions: { messages: [`Message${number}`] } }));
  const first = filters[7].audit([event(1)]).records;
  const copy = Buffer.from(first);
  filters.forEach((filter, number) => assert.equal(filter.audit([event(1, { Message: 'Message7' })]).recorded, number === 7 ? 0 : 1));
  filters[7].audit([large, large]);
  assert.ok(copy.equals(first));
});

test('memory does not grow with the number of batches', () => {
  const filter = Filter.open();
  const batch = Buffer.from(ndjson(Array.from({ length: 64 }, (_, number) => event(number))));
  const run = (batches) => {
    for (let number = 0; number < batches; number += 1) filter.audit(batch);
    return process.memoryUsage.rss();
  };
  const before = run(200);
  const after = run(2_000);
  assert.ok(after < before + (96 << 20), `${before >> 20} MiB became ${after >> 20} MiB`);
});

test('a worker thread opens a filter of its own', async () => {
  const worker = new Worker(
    `import { parentPort, workerData } from 'node:worker_threads';
     import { Filter } from '${import.meta.resolve('actlog')}';
     parentPort.postMessage(Filter.open().audit(workerData).records);`,
    { eval: true, workerData: ndjson([event(1)]) },
  );
  const records = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  const filter = Filter.open();
  assert.equal(text(records), text(filter.audit([event(1)]).records));
});

test('reference: the catalog and the schemas come out of the filter', () => {
  assert.ok(JSON.stringify(reference.catalog()).includes('WhoAmI'));
  for (const schema of [reference.settingsSchema(), reference.eventSchema(), reference.recordSchema()]) assert.match(schema.$schema, /json-schema/);
});

test('types have the keys that the schemas have', () => {
  const source = (name) => readFileSync(new URL(`../src/${name}.ts`, import.meta.url), 'utf8');
  const keys = (text, name) => new Set([...text.split(`export interface ${name} `)[1].split('\n}')[0].matchAll(/^  (\w+)\??:/gm)].map(([, key]) => key));
  const [plain] = reference.eventSchema().oneOf;
  assert.deepEqual(keys(source('event'), 'SdkEvent'), new Set(Object.keys(plain.properties)));
  assert.deepEqual(keys(source('record'), 'AuditRecord'), new Set(Object.keys(reference.recordSchema().properties)));
  const settings = source('settings');
  const { $defs, properties } = reference.settingsSchema();
  assert.deepEqual(keys(settings, 'PublishedSettings').add('draft'), new Set(Object.keys(properties)));
  for (const { properties: inner = {} } of Object.values($defs)) {
    for (const key of Object.keys(inner)) assert.match(settings, new RegExp(`\\b'?${key}'?\\?*:`), key);
  }
});

test('the example runs', () => {
  const input = ndjson([event(1), event(2, { EntityName: 'asyncoperation' }), '{']);
  const output = execFileSync(process.execPath, [new URL('../example.mjs', import.meta.url).pathname], { input, encoding: 'utf8', stdio: 'pipe' });
  assert.equal(JSON.parse(output).EventId, '1');
});
