// Words with a colour that helps to find them. The colour says nothing that the word does not.

import { h } from './dom.js';
import { shown } from './format.js';

const KINDS = {
    Read: 'read', ReadMultiple: 'read', Export: 'export', Create: 'write', Update: 'write', Delete: 'delete',
    SignIn: 'sign', SignOut: 'sign', Share: 'share', Assign: 'share',
};

export const category = (name) => name
    ? h('span', { class: `badge ${Object.hasOwn(KINDS, name) ? KINDS[name] : 'other'}` }, shown(name))
    : null;

export const result = (status) => status
    ? h('span', { class: status === 'Success' ? 'good' : 'failed' }, shown(status))
    : h('span', { class: 'none' }, '–');

export const tags = (list) => (list ?? []).map((tag) => [h('span', { class: 'tag' }, shown(tag)), ' ']);
