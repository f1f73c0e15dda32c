//! Masks e-mail addresses and phone numbers in the values that were created or updated.
//!
//! | file | what it knows |
//! |---|---|
//! | [`strings`] | where the texts stand in a value, which is JSON |
//! | [`email`], [`phone`] | what an address and a number look like |
//! | [`mask`] | what to answer for an activity |
//! | `component` | the contract in `wit/`; nothing else knows it |

#![cfg_attr(not(target_arch = "wasm32"), forbid(unsafe_code))]

#[cfg(target_arch = "wasm32")]
mod component;
pub mod email;
pub mod mask;
pub mod phone;
pub mod strings;
