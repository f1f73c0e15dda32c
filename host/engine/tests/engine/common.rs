//! What the tests share: folders, engines, and a filter that makes trouble on demand.

use actlog_engine::{Cache, Engine, Filter};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{PackageId, Resolve, SourceMap};

/// The version of the contract that the engine speaks.
pub const CONTRACT: &str = "0.3.0";

/// The organization of all events here.
pub const ORGANIZATION: &str = "a1d1e2f3-0000-4000-8000-000000000001";

/// An empty folder for one test.
pub fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("the target folder can be written");
    path
}

/// A cache that all tests share, so that the filter is compiled once.
pub fn shared_cache() -> Cache {
    Cache::Folder(Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared-cache"))
}

/// An engine for the embedded filter.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::builder().cache(shared_cache()).build().expect("the embedded filter runs"))
}

/// A filter that makes trouble on demand (`troublemaker.wat`), with 100 MiB for an instance.
pub fn troublemaker() -> Filter {
    trouble_engine(100 << 20).filter("").expect("it has no settings")
}

/// An engine for the troublemaker.
pub fn trouble_engine(memory_limit: usize) -> Engine {
    let builder = Engine::builder().cache(shared_cache()).memory_limit(memory_limit);
    builder.component(troublemaker_component(CONTRACT)).build().expect("it fits the contract")
}

/// The troublemaker as a component of a version of the contract.
pub fn troublemaker_component(version: &str) -> Vec<u8> {
    component(&of_version(include_str!("troublemaker.wat"), version), "activity-filter", version)
}

/// A text with the version of the contract replaced.
pub fn of_version(text: &str, version: &str) -> String {
    text.replace(&format!("@{CONTRACT}"), &format!("@{version}"))
}

/// The contract in a version, read from its files.
pub fn contract(version: &str) -> (Resolve, PackageId) {
    let mut contract = SourceMap::default();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit")).expect("the contract is there").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("the contract is text");
        contract.push_str(&entry.path().to_string_lossy(), of_version(&text, version));
    }
    let contract = contract.parse().map_err(|(_, error)| error).expect("the contract is valid");
    let mut resolve = Resolve::default();
    let package = resolve.push_group(contract).expect("the contract is complete");
    (resolve, package)
}

/// A core module in text as a component of a world of the contract.
pub fn component(module: &str, world: &str, version: &str) -> Vec<u8> {
    let (resolve, package) = contract(version);
    let world = resolve.select_world(&[package], Some(world)).expect("the contract has the world");
    let mut module = wat::parse_str(module).expect("valid text");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("the contract can be embedded");
    let mut encoder = ComponentEncoder::default().validate(true).module(&module).expect("a core module");
    encoder.encode().expect("it fits the contract")
}

/// A plain event.
pub fn event(message: &str, number: usize) -> String {
    format!(
        r#"{{"EventId":"e-{number}","Message":"{message}","OrganizationId":"{ORGANIZATION}","EntityName":"account","CreationTime":"2018-03-02T23:25:56Z"}}"#
    )
}
