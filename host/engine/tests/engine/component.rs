//! What the component asks for and offers, and which components the engine refuses.

use super::common;
use actlog_engine::{Blame, Cache, ComponentError, Engine, Error};
use wasmparser::{Parser, Payload};
use wit_component::DecodedWasm;

/// All functions of the contract, written down a second time: one that is renamed or lost shows here.
const FUNCTIONS: [&str; 18] = [
    "exchange: [method]translator.translate",
    "exchange: [static]translator.open",
    "exchange: metadata",
    "exchange: settings-schema",
    "filter: [method]auditor.audit",
    "filter: [method]auditor.audit-text",
    "filter: [method]auditor.capture",
    "filter: [method]auditor.explain",
    "filter: [method]capture.activities",
    "filter: [method]capture.apply",
    "filter: [method]capture.emit",
    "filter: [static]auditor.open",
    "filter: join",
    "filter: join-text",
    "reference: catalog",
    "reference: event-schema",
    "reference: record-schema",
    "reference: settings-schema",
];

/// Names in the component's own import or export sections, not in those of what it holds.
fn outer_names(component: &[u8]) -> (Vec<String>, Vec<String>) {
    let (mut imports, mut exports, mut depth) = (Vec::new(), Vec::new(), 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("the component is well formed") {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 1 => {
                imports.extend(section.into_iter().map(|import| import.expect("an import").name.name.to_owned()));
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                exports.extend(section.into_iter().map(|export| export.expect("an export").name.name.to_owned()));
            }
            _ => {}
        }
    }
    (imports, exports)
}

fn build(component: impl Into<Vec<u8>>) -> Result<Engine, Error> {
    Engine::builder().cache(Cache::Off).component(component).build()
}

#[test]
fn embedded_component_imports_nothing() {
    let (imports, _) = outer_names(common::engine().component_bytes());
    assert_eq!(imports, [""; 0]);
}

#[test]
fn embedded_component_exports_the_whole_contract() {
    let component = common::engine().component_bytes();
    let (_, mut exports) = outer_names(component);
    exports.sort();
    assert_eq!(
        exports,
        [
            "actlog:activity/exchange@0.3.0",
            "actlog:activity/filter@0.3.0",
            "actlog:activity/reference@0.3.0",
            "actlog:activity/types@0.3.0"
        ]
    );

    let DecodedWasm::Component(resolve, world) = wit_component::decode(component).expect("it carries its contract") else {
        panic!("it is no package");
    };
    let mut functions = Vec::new();
    for item in resolve.worlds[world].exports.values() {
        let wit_parser::WorldItem::Interface { id, .. } = item else { continue };
        let interface = &resolve.interfaces[*id];
        let name = interface.name.as_deref().unwrap_or_default();
        functions.extend(interface.functions.keys().map(|function| format!("{name}: {function}")));
    }
    functions.sort();
    assert_eq!(functions, FUNCTIONS);
}

#[test]
fn engine_with_its_own_component_given_back_works_alike() {
    let bytes = common::engine().component_bytes();
    let engine = Engine::builder().cache(common::shared_cache()).component(bytes).build().expect("these are the embedded bytes");
    let event = common::event("Retrieve", 1);
    let given = engine.filter("").expect("defaults").audit(event.as_bytes()).expect("an outcome");
    assert_eq!(given, common::engine().filter("").expect("defaults").audit(event.as_bytes()).expect("an outcome"));
}

#[test]
fn engine_with_garbage_is_refused() {
    for garbage in [&b""[..], b"\0asm", b"not wasm at all", b"(component)"] {
        let error = build(garbage).expect_err("this is no component");
        assert!(matches!(error, Error::Component(ComponentError::Invalid(_))), "{error:?}");
        assert_eq!(error.blame(), Blame::Host);
    }
}

#[test]
fn engine_with_a_core_module_is_refused() {
    let module = wat::parse_str("(module)").expect("valid text");
    assert!(matches!(build(module), Err(Error::Component(ComponentError::Invalid(_)))));
}

#[test]
fn engine_with_a_truncated_component_is_refused() {
    let bytes = common::troublemaker_component(common::CONTRACT);
    for length in [9, bytes.len() / 2, bytes.len() - 1] {
        assert!(matches!(build(&bytes[..length]), Err(Error::Component(ComponentError::Invalid(_)))), "{length} bytes");
    }
}

#[test]
fn engine_with_a_component_that_imports_is_refused() {
    let clock = wat::parse_str(r#"(component (import "clock" (func (result u64))))"#).expect("valid text");
    let error = build(clock).expect_err("it imports a clock");
    assert!(matches!(&error, Error::Component(ComponentError::Imports(names)) if names == &["clock"]), "{error:?}");
}

#[test]
fn engine_with_a_component_of_another_version_is_refused() {
    let error = build(common::troublemaker_component("0.9.0")).expect_err("it has another contract");
    let Error::Component(ComponentError::Contract { explanation, exports }) = &error else { panic!("{error:?}") };
    assert!(explanation.contains("actlog:activity/"), "{explanation}");
    assert!(exports.contains(&"actlog:activity/filter@0.9.0".to_owned()), "{exports:?}");
    assert!(error.to_string().contains("@0.9.0"), "{error}");
}

#[test]
fn engine_with_a_component_of_another_kind_is_refused() {
    let empty = wat::parse_str("(component)").expect("valid text");
    assert!(matches!(build(empty), Err(Error::Component(ComponentError::Contract { .. }))));
}

#[test]
fn engine_with_an_absent_file_is_refused() {
    let path = common::folder("absent").join("filter.wasm");
    let error = Engine::builder().component_file(&path).build().expect_err("there is no such file");
    assert!(matches!(&error, Error::Component(ComponentError::Unreadable { path: named, .. }) if *named == path), "{error:?}");
}

#[test]
fn engine_with_a_component_file_runs_it() {
    let path = common::folder("present").join("filter.wasm");
    std::fs::write(&path, common::troublemaker_component(common::CONTRACT)).expect("the folder can be written");
    let engine = Engine::builder().cache(Cache::Off).component_file(&path).build().expect("it fits");
    let outcome = engine.filter("").expect("it takes any settings").audit(b"hello\n").expect("an outcome");
    assert_eq!(outcome.records, b"hello\n");
}
