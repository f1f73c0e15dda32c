//! The filter of actlog as a proxy-wasm module.
