//! The filter of actlog as a proxy-wasm module: it stands in a proxy, sees HTTP exchanges, tells them as SDK events with the very
//! code of the component's `exchange`, and sends the events to `actlog serve`.
//!
//! | file | what it knows |
//! |---|---|
//! | [`config`] | the plugin's configuration |
//! | [`id`] | the id of an exchange, and when it began |
//! | [`kept`] | heads of bodies, within one budget of memory |
//! | [`watched`] | one exchange while it passes: what came so far, and what is asked of the translator |
//! | [`outbox`] | events that wait for `actlog serve`, and who waits for them |
//! | [`reply`] | what an answer of `actlog serve` means |
//! | `module` | the proxy-wasm ABI, on wasm32 only: it alone talks to the proxy |

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

pub mod config;
pub mod id;
pub mod kept;
#[cfg(target_arch = "wasm32")]
mod module;
pub mod outbox;
pub mod reply;
pub mod watched;
