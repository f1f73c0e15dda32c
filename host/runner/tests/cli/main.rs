//! The program as its users meet it: arguments, files, output, exit codes.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod bad_input;
mod catalog;
mod demo;
mod explain;
mod files;
mod gateway;
mod join;
mod letters;
mod program;
mod receiver;
mod review;
mod rule_commands;
mod rule_component;
mod rules;
mod rules_reload;
mod run;
mod serve;
mod serve_collectors;
mod serve_failures;
mod serve_operation;
mod serve_push;
mod server;
mod settings;
mod signals;
mod simple;
