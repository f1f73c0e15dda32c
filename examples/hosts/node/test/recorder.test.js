import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { BusyError, ClosedError, Filter, parseRecords, Recorder, UndeliveredError } from 'actlog';

const event = (number, more) => ({ EventId: String(number), Message: 'Retrieve', OrganizationId: '7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10', ...more });
const filter = Filter.open();
const text = (bytes) => Buffer.from(bytes).toString();

/** A recorder that keeps what it delivers. */
function kept(options) {
  const delivered = { records: [], rejects: [], batches: [] };
  const recorder = new Recorder({
    filter,
    delay: 5,
    retry: { first: 1, most: 4 },
    sink: ({ records, outcome }) => {
      delivered.records.push(...parseRecords(records).map(({ EventId }) => EventId));
      delivered.batches.push(outcome.read);
    },
    rejects: (events) => void delivered.rejects.push(...events),
    ...options,
  });
  return { recorder, delivered };
}

/** A promise that is resolved from outside. */
function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { open, opened };
}

function balanced(stats) {
  assert.equal(stats.added, stats.queued + stats.read);
  assert.equal(stats.read, stats.recorded + stats.excluded + stats.rejected + stats.faulted);
  assert.equal(Object.values(stats.excludedBy).reduce((sum, count) => sum + count, 0), stats.excluded);
}

test('events become records in their order, in batches, and rejects are kept byte for byte', async () => {
  const { recorder, delivered } = kept({ batch: 4 });
  const events = [event(1), event(2, { Message: 'WhoAmI' }), '{"Message": "a', event(3), event(4), event(5, { EntityId: 'no' }), event(6)];
  for (const each of events) await recorder.add(each);
  await recorder.close();
  assert.deepEqual(delivered.records, ['1', '3', '4', '6']);
  assert.deepEqual(delivered.batches, [4, 3]);
  assert.deepEqual(delivered.rejects.map(({ event, outcome, reason, place }) => [text(event), outcome, reason, place]), [
    ['{"Message": "a', 'rejected', 'not-json', 'Message'],
    [JSON.stringify(events[5]), 'rejected', 'bad-value', 'EntityId'],
  ]);
  const stats = recorder.stats();
  balanced(stats);
  assert.deepEqual([stats.added, stats.recorded, stats.excluded, stats.rejected, stats.delivered, stats.kept, stats.queued], [7, 4, 1, 2, 4, 2, 0]);
  assert.deepEqual(stats.excludedBy, { 'excluded-message': 1 });
});

test('a batch goes when it is full, when its time is over, and when somebody flushes', async () => {
  const patient = kept({ batch: 3, delay: 60_000 });
  for (let number = 0; number < 3; number += 1) await patient.recorder.add(event(number));
  while (patient.delivered.batches.length === 0) await wait(1);
  assert.deepEqual(patient.delivered.batches, [3]);
  await patient.recorder.add(event(3));
  await patient.recorder.flush();
  assert.deepEqual(patient.delivered.batches, [3, 1]);
  await patient.recorder.add(event(4));
  await patient.recorder.close();
  assert.deepEqual(patient.delivered.batches, [3, 1, 1]);

  const quick = kept({ batch: 1_000, delay: 1 });
  await quick.recorder.add(event(1));
  while (quick.delivered.batches.length === 0) await wait(1);
  await quick.recorder.close();
});

test('flush with nothing to deliver, and close of what never worked, are done at once', async () => {
  const { recorder } = kept({});
  await recorder.flush();
  await recorder.close();
  await recorder.close();
});

test('a sink that fails is tried again with the same batch until it takes it', async () => {
  let failures = 0;
  const seen = [];
  const { recorder } = kept({
    batch: 2,
    sink: ({ records }) => {
      seen.push(text(records));
      if (failures++ < 5) throw new Error('no disk');
    },
    rejects: () => (failures++ < 8 ? Promise.reject(new Error('no disk either')) : undefined),
  });
  await recorder.add(event(1));
  await recorder.add('{');
  await wait(3);
  assert.match(recorder.stats().failure, /no disk/);
  await recorder.flush();
  assert.equal(new Set(seen).size, 1);
  assert.equal(seen.length, 6);
  const stats = recorder.stats();
  assert.deepEqual([stats.delivered, stats.kept, stats.failure], [1, 1, undefined]);
  assert.equal(stats.failures, 7);
  await recorder.close();
});

test('a slow sink makes those who add wait: no more than capacity is held', async () => {
  const { open, opened } = gate();
  const { recorder, delivered } = kept({ capacity: 8, batch: 2, sink: () => opened });
  let added = 0;
  const adding = Promise.all(Array.from({ length: 16 }, async (_, number) => {
    await recorder.add(event(number));
    added += 1;
  }));
  await wait(20);
  assert.equal(added, 8, 'capacity is obeyed');
  const stats = recorder.stats();
  balanced(stats);
  assert.deepEqual([stats.added, stats.waiting], [8, 8]);
  open();
  await adding;
  await recorder.close();
  assert.equal(recorder.stats().delivered, 16);
  assert.deepEqual(delivered.rejects, []);
});

test('who waits too long is refused, and so is who finds too many waiting; both are counted', async () => {
  const { open, opened } = gate();
  const { recorder } = kept({ capacity: 2, patience: 15, sink: () => opened });
  await recorder.add(event(1));
  await recorder.add(event(2));
  const results = await Promise.allSettled([3, 4, 5].map((number) => recorder.add(event(number))));
  assert.ok(results.every(({ reason }) => reason instanceof BusyError));
  assert.equal(recorder.stats().refused, 3);
  assert.equal(recorder.stats().waiting, 0);
  open();
  await recorder.close();
  assert.equal(recorder.stats().delivered, 2);
});

test('bytes are bounded as well', async () => {
  const { open, opened } = gate();
  const { recorder } = kept({ capacityBytes: 1_000, patience: 10, sink: () => opened });
  await recorder.add(event(1, { UserAgent: 'x'.repeat(1_000) }));
  await assert.rejects(recorder.add(event(2)), BusyError);
  open();
  await recorder.flush();
  await recorder.add(event(3));
  await recorder.close();
});

test('places: held until filled or released, used once, and given in turn', async () => {
  const { recorder, delivered } = kept({ capacity: 2 });
  const [first, second] = [await recorder.reserve(), await recorder.reserve()];
  const turns = [];
  const third = recorder.reserve().then((place) => (turns.push(3), place));
  const fourth = recorder.reserve().then((place) => (turns.push(4), place));
  await wait(5);
  assert.deepEqual(turns, []);
  second.release();
  assert.throws(() => second.fill(event(2)), /before/);
  (await third).fill(event(3));
  (await fourth).fill(event(4));
  assert.deepEqual(turns, [3, 4]);
  first.fill(event(1));
  await recorder.close();
  assert.deepEqual(delivered.records.sort(), ['1', '3', '4']);
});

test('what is no event throws at once and takes no place', async () => {
  const { recorder } = kept({ capacity: 1 });
  await assert.rejects(recorder.add(undefined), TypeError);
  const place = await recorder.reserve();
  assert.throws(() => place.fill(7), TypeError);
  place.fill(event(1));
  await recorder.close();
  assert.equal(recorder.stats().delivered, 1);
});

test('close: takes nothing more, lets reserved places be filled, and delivers all', async () => {
  const { recorder, delivered } = kept({ capacity: 1 });
  const place = await recorder.reserve();
  const waiting = recorder.add(event(9));
  const closing = recorder.close();
  await assert.rejects(waiting, ClosedError);
  await assert.rejects(recorder.add(event(8)), ClosedError);
  place.fill(event(1));
  await closing;
  assert.deepEqual(delivered.records, ['1']);
});

test('close: what could not be delivered in time is given back', async () => {
  for (const sink of [() => new Promise(() => undefined), () => Promise.reject(new Error('no disk'))]) {
    const { recorder } = kept({ batch: 2, sink });
    for (const each of [event(1), '{', event(2), event(3)]) await recorder.add(each);
    const error = await recorder.close(25).then(() => assert.fail('it is not delivered'), (error) => error);
    assert.ok(error instanceof UndeliveredError);
    assert.deepEqual(parseRecords(error.records).map(({ EventId }) => EventId), ['1']);
    assert.deepEqual(error.kept.map(({ reason }) => reason), ['not-json']);
    assert.deepEqual(text(error.events).trim().split('\n').map((each) => JSON.parse(each).EventId), ['2', '3']);
    balanced(recorder.stats());
    await assert.rejects(recorder.flush(), ClosedError);
  }
});

test('a place that is filled after closing took too long says so', async () => {
  const { recorder } = kept({});
  const place = await recorder.reserve();
  await recorder.close(5);
  assert.throws(() => place.fill(event(1)), ClosedError);
});

test('a filter that somebody closed loses nothing', async () => {
  const own = Filter.open();
  const { recorder } = kept({ filter: own });
  own.close();
  await recorder.add(event(1));
  const error = await recorder.close(20).catch((error) => error);
  assert.ok(error instanceof UndeliveredError);
  assert.ok(error.cause instanceof ClosedError);
  assert.match(text(error.events), /"EventId":"1"/);
});

test('options that make no sense are refused', () => {
  for (const wrong of [{ batch: 0 }, { capacity: 1.5 }, { capacityBytes: -1 }, { delay: NaN }, { patience: -1 }, { retry: { first: 0 } }]) {
    assert.throws(() => kept(wrong), RangeError, JSON.stringify(wrong));
  }
  for (const wrong of [{ sink: undefined }, { rejects: 'file' }]) assert.throws(() => kept(wrong), TypeError);
});

test('a thousand events from a hundred callers through a moody sink: each comes once, and the counts add up', async () => {
  const delivered = [];
  let turn = 0;
  const { recorder } = kept({
    capacity: 16,
    batch: 5,
    sink: async ({ records }) => {
      if (turn++ % 3 === 0) throw new Error('moody');
      await wait(turn % 2);
      delivered.push(...parseRecords(records).map(({ EventId }) => Number(EventId)));
    },
  });
  await Promise.all(Array.from({ length: 100 }, async (_, caller) => {
    for (let number = 0; number < 10; number += 1) await recorder.add(event(caller * 10 + number)).catch((error) => {
      // Of a hundred callers, more than 16 wait.
      assert.ok(error instanceof BusyError);
    });
    balanced(recorder.stats());
  }));
  await recorder.close();
  const stats = recorder.stats();
  assert.equal(new Set(delivered).size, delivered.length);
  assert.equal(delivered.length, stats.added);
  assert.equal(stats.added + stats.refused, 1_000);
});
