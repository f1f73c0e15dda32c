'use strict';
// What the settings' schema says about the key at the caret, and about all keys.

/** The schema of what stands at a path, with references resolved; null where the schema knows nothing there. */
function schemaAt(schema, path) {
    let node = schema;
    for (const step of path) {
        const { properties, items, additionalProperties } = resolved(schema, node);
        const next = typeof step === 'number' ? items
            : properties && Object.hasOwn(properties, step) ? properties[step]
            : typeof additionalProperties === 'object' ? additionalProperties : null;
        if (!next) return null;
        node = next;
    }
    return resolved(schema, node);
}

/** A node with what it refers to; what stands beside the reference counts. */
function resolved(schema, node) {
    if (typeof node.$ref !== 'string') return node;
    const target = node.$ref.replace(/^#\//, '').split('/').reduce((each, key) => each?.[key], schema);
    return { ...target, ...node };
}

const typeOf = (node) => node.enum?.join(', ') ?? node.oneOf?.map((each) => each.const).join(', ')
    ?? (node.type === 'array' ? 'list' : Array.isArray(node.type) ? node.type.join(' or ') : node.type ?? '');

const written = (path) => path.reduce((text, step) => (typeof step === 'number' ? `${text}[${step}]` : text ? `${text}.${step}` : step), '');

/** One line about the key at the caret. */
function hintFor(schema, path) {
    for (let upTo = path.length; upTo > 0; upTo -= 1) {
        const node = schemaAt(schema, path.slice(0, upTo));
        if (!node?.description) continue;
        return [h('code', null, written(path.slice(0, upTo))), ` ${typeOf(node)}. ${node.description}`, node.default === undefined ? null : ` Default: ${JSON.stringify(node.default)}.`];
    }
    return ['One JSON document: the sections of a settings file, without rules and review. Put the caret on a key to read what it means.'];
}

/** Every key, with its type and meaning. */
function keysOf(schema) {
    const rows = [];
    const walk = (node, path, depth) => {
        const { properties = {}, items, additionalProperties } = resolved(schema, node);
        for (const [key, child] of Object.entries(properties)) {
            const at = path ? `${path}.${key}` : key;
            const inner = resolved(schema, child);
            rows.push([at, typeOf(inner), inner.description ?? '']);
            // The draft has the same sections once more.
            if (depth < 4 && key !== 'draft') walk(child, at, depth + 1);
        }
        if (items && resolved(schema, items).properties) walk(items, `${path}[]`, depth + 1);
        if (typeof additionalProperties === 'object' && depth < 4) walk(additionalProperties, `${path}.NAME`, depth + 1);
    };
    walk(schema, '', 0);
    return h('div', { class: 'scroll' }, h('table', null,
        h('thead', null, h('tr', null, ['Key', 'Value', 'Meaning'].map((name) => h('th', { scope: 'col' }, name)))),
        h('tbody', null, rows.map(([key, type, meaning]) => h('tr', null, h('th', { scope: 'row' }, h('code', null, key)), h('td', null, type), h('td', null, meaning))))));
}
