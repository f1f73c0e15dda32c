'use strict';
// From the component's bytes to the filter. The glue (filter.js) is made by jco from the contract alone; the core modules are
// taken out of the component itself, so that the page runs the very bytes that `actlog component` writes.

/** The core modules of a component: its sections of that kind, in order. Nothing nests them deeper in a component without imports. */
function coreModules(component) {
    const HEADER = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
    const CORE_MODULE = 1;
    if (HEADER.some((byte, at) => component[at] !== byte)) throw new Error('not a WebAssembly component');
    const modules = [];
    for (let at = HEADER.length; at < component.length;) {
        const kind = component[at];
        let size = 0;
        let shift = 0;
        do {
            at += 1;
            size += (component[at] & 0x7f) * 2 ** shift;
            shift += 7;
        } while (component[at] & 0x80 && shift < 35);
        at += 1;
        if (at + size > component.length) throw new Error('the component is cut off');
        if (kind === CORE_MODULE) modules.push(component.subarray(at, at + size));
        at += size;
    }
    return modules;
}

/** A filter, ready for use: its interfaces `filter`, `exchange` and `reference`. */
function loadFilter(component) {
    const modules = coreModules(component);
    const named = (at) => `filter.core${at ? at + 1 : ''}.wasm`;
    const byName = new Map(modules.map((bytes, at) => [named(at), new WebAssembly.Module(bytes)]));
    return instantiate((name) => {
        if (!byName.has(name)) throw new Error(`the component has no core module for ${name}`);
        return byName.get(name);
    }, {});
}

/** Bytes of a base64 text. */
function fromBase64(text) {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
    return bytes;
}
