import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tagsFor } from './tags.js';

const FRIDAY_NOON = '2018-03-02T12:00:00Z';
const FRIDAY_NIGHT = '2018-03-02T23:25:56Z';
const SATURDAY_NOON = '2018-03-03T12:00:00Z';

function read(queryResultCount, entityName, creationTime) {
  return { entityName, creationTime, queryResultCount };
}

test('tagsFor_few_records_gives_none', () => {
  assert.deepEqual(tagsFor(read(100, 'contact', FRIDAY_NIGHT)), []);
  assert.deepEqual(tagsFor(read(0, 'contact', SATURDAY_NOON)), []);
  assert.deepEqual(tagsFor({}), []);
});

test('tagsFor_many_records_in_working_hours_gives_none', () => {
  assert.deepEqual(tagsFor(read(101, 'account', FRIDAY_NOON)), []);
  assert.deepEqual(tagsFor(read(101, undefined, '2018-03-02T07:00:00Z')), []);
  assert.deepEqual(tagsFor(read(101, undefined, '2018-03-02T18:59:59Z')), []);
});

test('tagsFor_many_records_outside_working_hours_gives_after_hours', () => {
  for (const time of [FRIDAY_NIGHT, SATURDAY_NOON, '2018-03-04T12:00:00Z', '2018-03-02T06:59:59Z', '2018-03-02T19:00:00Z']) {
    assert.deepEqual(tagsFor(read(101, 'account', time)), ['after-hours'], time);
  }
});

test('tagsFor_many_records_of_sensitive_entity_gives_sensitive_bulk_read', () => {
  for (const entity of ['contact', 'Contact', 'lead', 'incident', 'systemuser', 'email', 'phonecall', 'annotation']) {
    assert.deepEqual(tagsFor(read(101, entity, FRIDAY_NOON)), ['sensitive-bulk-read'], entity);
  }
});

test('tagsFor_both_gives_both', () => {
  assert.deepEqual(tagsFor(read(5000, 'contact', FRIDAY_NIGHT)), ['after-hours', 'sensitive-bulk-read']);
});

test('tagsFor_unknown_time_tells_nothing', () => {
  for (const time of [undefined, '', 'yesterday', '2018-03-02']) {
    assert.deepEqual(tagsFor(read(101, 'account', time)), []);
  }
});
