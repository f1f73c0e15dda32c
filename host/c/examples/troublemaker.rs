//! Writes a component that fails on demand: `troublemaker FILE`. The tests in C see with it what becomes of faults.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

fn main() {
    let path = std::env::args_os().nth(1).expect("give the file to write");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit")).expect("the contract is valid");
    let world = resolve.select_world(&[package], Some("activity-filter")).expect("the contract has the world");
    let mut module = wat::parse_str(include_str!("../../engine/tests/engine/troublemaker.wat")).expect("valid text");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("the contract can be embedded");
    let mut encoder = ComponentEncoder::default().validate(true).module(&module).expect("a core module");
    std::fs::write(path, encoder.encode().expect("it fits the contract")).expect("writes the component");
}
