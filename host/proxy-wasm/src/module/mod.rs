//! The module as the proxy sees it: what it calls, and what it is called with.
//!
//! A worker of the proxy has one module, and so one [`Shared`]; each HTTP stream has a [`stream::Stream`]. Answers of `actlog serve`
//! come to whichever of them made the call.

mod counters;
mod host;
mod root;
mod shared;
mod stream;

use proxy_wasm::types::LogLevel;

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|id| Box::new(root::Root::new(id)));
}}
