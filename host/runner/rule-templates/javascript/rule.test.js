import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rule } from './rule.js';

test('deletion_is_tagged', () => {
  assert.deepEqual(rule.review([{ category: 'delete' }]), [{ tag: 'tag', val: ['deletion'] }]);
});

test('secret_field_is_redacted', () => {
  const fields = [{ name: 'GovernmentId', value: '"123-45-6789"' }];
  assert.deepEqual(rule.review([{ category: 'create', fields }]), [{ tag: 'redact', val: [{ tag: 'field', val: 'governmentid' }] }]);
});

test('anything_else_is_kept', () => {
  assert.deepEqual(rule.review([{ category: 'update', fields: [] }, {}]), [{ tag: 'keep' }, { tag: 'keep' }]);
});
