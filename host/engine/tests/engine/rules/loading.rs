//! Which rules are refused, why, and who is to blame; and the cache of their machine code.

use super::builder::{Does, TestRule};
use super::image::Answer;
use super::*;
use actlog_engine::{Blame, Cache, ComponentError, Start};
use std::fs;
use wasmparser::{Parser, Payload};

const MOST_BYTES: usize = 64 << 20;

fn refused(component: &[u8]) -> RuleError {
    rules().load(component, hasty()).expect_err("it cannot be used")
}

/// How a rule fails when it is tried.
fn fails(rule: &TestRule) -> FaultKind {
    let error = try_load(rule, hasty()).expect_err("it fails");
    assert_eq!(error.blame(), Blame::Rule);
    let RuleError::Fails { kind, explanation } = error else { panic!("{error:?}") };
    assert!(!explanation.is_empty());
    kind
}

fn is_invalid(error: &RuleError) -> bool {
    error.blame() == Blame::Rule && matches!(error, RuleError::Component(ComponentError::Invalid(_)))
}

#[test]
fn sound_rule_is_loaded_and_tells_about_itself() {
    let component = TestRule::new().component();
    let rule = rules().load(&component, hasty()).expect("it is sound");
    assert_eq!((rule.bytes(), rule.limits(), rule.manifest().name.as_str()), (component.len(), &hasty(), "test"));
}

#[test]
fn garbage_is_refused() {
    let module = wat::parse_str("(module)").expect("valid text");
    for garbage in [&b""[..], b"\0asm", b"not wasm at all", &module] {
        let error = refused(garbage);
        assert!(is_invalid(&error), "{error:?}");
    }
}

#[test]
fn truncated_rule_is_refused() {
    let component = TestRule::new().component();
    for length in [9, component.len() / 2, component.len() - 1] {
        let error = refused(&component[..length]);
        assert!(is_invalid(&error), "{length} bytes: {error:?}");
    }
}

#[test]
fn component_without_the_contract_is_refused() {
    let empty = wat::parse_str("(component)").expect("valid text");
    for component in [empty.as_slice(), common::engine().component_bytes()] {
        let error = refused(component);
        assert!(matches!(error, RuleError::Component(ComponentError::Contract { .. })), "{error:?}");
        assert_eq!(error.blame(), Blame::Rule);
    }
}

#[test]
fn component_that_imports_is_refused_by_the_name_of_what_it_imports() {
    let clock = r#"(component (import "wasi:clocks/monotonic-clock@0.2.0" (instance)) (import "random" (func (result u64))))"#;
    let error = refused(&wat::parse_str(clock).expect("valid text"));
    let RuleError::Component(ComponentError::Imports(names)) = &error else { panic!("{error:?}") };
    assert_eq!(names, &["wasi:clocks/monotonic-clock@0.2.0", "random"]);
    assert!(error.to_string().contains("wasi:clocks/monotonic-clock@0.2.0"), "{error}");
}

#[test]
fn rule_of_another_version_of_the_contract_is_refused_as_such() {
    for version in ["0.1.0", "0.2.0", "1.0.0"] {
        let error = refused(&TestRule::new().component_of(version));
        let RuleError::OtherContract { found, wanted } = &error else { panic!("{error:?}") };
        assert_eq!((found.as_str(), *wanted), (format!("actlog:activity/rule@{version}").as_str(), "actlog:activity/rule@0.3.0"));
        assert_eq!(error.blame(), Blame::Rule);
    }
}

#[test]
fn rule_that_is_too_large_is_refused_before_it_is_looked_at() {
    let mut zeros = vec![0; MOST_BYTES + 1];
    let error = refused(&zeros);
    assert!(matches!(error, RuleError::TooLarge { bytes, limit } if bytes == limit + 1 && limit == MOST_BYTES as u64), "{error:?}");
    assert_eq!(error.blame(), Blame::Rule);
    zeros.truncate(MOST_BYTES);
    assert!(is_invalid(&refused(&zeros)), "it was looked at");
}

#[test]
fn file_of_a_rule_is_read_up_to_the_limit() {
    let folder = common::folder("rule-file");
    let (good, giant) = (folder.join("good.wasm"), folder.join("giant.wasm"));
    fs::write(&good, TestRule::new().component()).expect("the folder can be written");
    assert!(rules().load_file(&good, hasty()).is_ok());
    // A hole: it takes no room on the disk.
    fs::File::create(&giant).and_then(|file| file.set_len(1 << 40)).expect("the folder can be written");
    assert!(matches!(rules().load_file(&giant, hasty()), Err(RuleError::TooLarge { .. })));
    fs::remove_file(&giant).expect("it is there");
    let error = rules().load_file(&giant, hasty()).expect_err("it is absent");
    assert!(matches!(&error, RuleError::Component(ComponentError::Unreadable { path, .. }) if *path == giant), "{error:?}");
    assert_eq!(error.blame(), Blame::Settings);
}

#[test]
fn rule_that_loops_before_it_is_asked_is_refused_at_its_deadline() {
    assert_eq!(fails(&TestRule::new().looping_at_start()), FaultKind::Deadline);
    assert_eq!(fails(&TestRule::new().describing(&Does::Loops)), FaultKind::Deadline);
}

#[test]
fn rule_that_fails_to_describe_itself_is_refused() {
    let misdeeds = [
        (Does::Traps, FaultKind::Panic),
        (Does::Recurses, FaultKind::StackOverflow),
        (Does::TakesMemory, FaultKind::MemoryLimit),
        (Does::DividesByZero, FaultKind::Trap),
    ];
    for (does, kind) in misdeeds {
        assert_eq!(fails(&TestRule::new().describing(&does)), kind, "{does:?}");
    }
    let long = TestRule::new().says(|said| said.messages = vec!["m".repeat(1_000); 5_000]);
    assert_eq!(fails(&long), FaultKind::OutputLimit);
}

#[test]
fn rule_that_fails_when_it_is_tried_is_refused() {
    let misdeeds = [
        (Does::Traps, FaultKind::Panic),
        (Does::Loops, FaultKind::Deadline),
        (Does::LoopsAfterwards, FaultKind::Deadline),
        (Does::OneTooFew, FaultKind::WrongCount),
        (Does::Answers(Answer::DropBytes(b"\xff")), FaultKind::BadAnswer),
    ];
    for (does, kind) in misdeeds {
        // U as in Update; 0 where there is no message.
        for key in [b'U', 0] {
            assert_eq!(fails(&TestRule::new().on(key, does.clone())), kind, "{does:?}");
        }
    }
    let beyond = TestRule::new().tags(b'U', "t").says(|said| said.tags = false);
    assert_eq!(fails(&beyond), FaultKind::BadAnswer);
    let asked_for = TestRule::new().on(b'Q', Does::Traps).says(|said| said.messages = vec!["QualifyLead".to_owned()]);
    assert_eq!(fails(&asked_for), FaultKind::Panic, "it is tried with what it asks for");
}

#[test]
fn manifest_beyond_its_limits_is_refused() {
    type Change = fn(&mut super::image::Manifest);
    let bad: [Change; 7] = [
        |said| said.name = String::new(),
        |said| said.name = "n".repeat(129),
        |said| said.name = "a\nb".to_owned(),
        |said| said.version = String::new(),
        |said| said.version = "1".repeat(129),
        |said| said.messages = vec!["m".to_owned(); 10_001],
        |said| said.entities = vec!["e"; 10_001],
    ];
    for (number, change) in bad.into_iter().enumerate() {
        let error = try_load(&TestRule::new().says(change), hasty()).expect_err("beyond");
        assert!(matches!(error, RuleError::Manifest(_)), "{number}: {error:?}");
        assert_eq!(error.blame(), Blame::Rule);
    }
    let good: [Change; 3] = [
        |said| (said.name, said.version) = ("n".repeat(128), "1".repeat(128)),
        |said| said.messages = vec!["m".to_owned(); 10_000],
        |said| said.entities = vec!["e"; 10_000],
    ];
    for change in good {
        assert!(try_load(&TestRule::new().says(change), RuleLimits::default()).is_ok());
    }
}

#[test]
fn rule_with_a_million_tables_or_instances_is_refused() {
    let tables = format!("(module {})", "(table 0 funcref)".repeat(1_000_000));
    let tables = wat::parse_str(tables).expect("valid text");
    let small = wat::parse_str("(module)").expect("valid text");
    for (module, instances) in [(&tables, 1), (&small, 1_000_000)] {
        let error = refused(&with_instances(&TestRule::new().component(), module, instances));
        assert!(is_invalid(&error), "{error:?}");
    }
}

#[test]
fn rule_with_too_many_parts_together_is_refused_when_it_is_tried() {
    for parts in ["(table 0 funcref)", "(memory 0)"] {
        let module = wat::parse_str(format!("(module {})", parts.repeat(100))).expect("valid text");
        let rule = |instances| with_instances(&TestRule::new().component(), &module, instances);
        assert!(rules().load(&rule(5), RuleLimits::default()).is_ok(), "500 are not too many");
        let error = refused(&rule(50));
        assert!(matches!(error, RuleError::Fails { .. }), "{parts}: {error:?}");
        assert_eq!(error.blame(), Blame::Rule);
    }
}

#[test]
fn rule_that_begins_with_too_much_memory_is_refused() {
    for parts in ["(memory 65536)", "(memory 3000) (memory 3000)", "(table 10000000 funcref)"] {
        let module = wat::parse_str(format!("(module {parts})")).expect("valid text");
        let error = refused(&with_instances(&TestRule::new().component(), &module, 1));
        assert!(matches!(error, RuleError::Fails { kind: FaultKind::MemoryLimit, .. }), "{parts}: {error:?}");
    }
}

/// A component with one more core module, and so many instances of it, that have nothing to do with the rest.
fn with_instances(component: &[u8], module: &[u8], instances: u32) -> Vec<u8> {
    let (mut modules, mut depth) = (0, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("the component is well formed") {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ModuleSection { .. } if depth == 1 => modules += 1,
            _ => {}
        }
    }
    // An instance of the module without arguments.
    let instance = [vec![0], leb(modules), vec![0]].concat();
    let instances = [leb(instances), instance.repeat(instances as usize)].concat();
    [component.to_vec(), section(1, module), section(2, &instances)].concat()
}

fn section(id: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a small section");
    [vec![id], leb(length), bytes.to_vec()].concat()
}

/// A number as the binary form has it.
fn leb(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[test]
fn cache_cold_then_warm_compiles_once() {
    let folder = common::folder("rules-cache");
    let component = TestRule::new().tags(b'T', "cached").component();
    let start = || {
        let rules = Rules::builder().cache(Cache::Folder(folder.clone())).build().expect("rules run here");
        let rule = rules.load(&component, RuleLimits::default()).expect("it is sound");
        let start = rule.start().clone();
        assert_eq!(column(&audit(&filter([member("tags", rule)]), &["Tagged"]), "Tags"), ["cached"]);
        start
    };
    assert_eq!((start(), start()), (Start::Cold, Start::Warm));
    let mut files = fs::read_dir(folder.join("rules")).expect("the folder is there");
    let file = files.next().expect("the machine code").expect("an entry").path();
    assert!(files.next().is_none(), "and leaves nothing unfinished");
    let mut code = fs::read(&file).expect("it was written");
    let middle = code.len() / 2;
    code[middle] ^= 1;
    fs::write(&file, code).expect("the folder can be written");
    assert_eq!((start(), start()), (Start::Cold, Start::Warm), "what was changed is compiled anew");
}

#[test]
fn cache_holds_the_rules_of_a_long_chain() {
    let components: Vec<_> = (0..20).map(|number| TestRule::new().says(|said| said.version = number.to_string()).component()).collect();
    let rules = Rules::builder().cache(Cache::Folder(common::folder("rules-many"))).build().expect("rules run here");
    for start in [Start::Cold, Start::Warm] {
        for component in &components {
            assert_eq!(*rules.load(component, RuleLimits::default()).expect("it is sound").start(), start);
        }
    }
}

#[test]
fn cache_that_is_off_compiles_each_time() {
    let rules = Rules::builder().cache(Cache::Off).build().expect("rules run here");
    let rule = rules.load(&TestRule::new().component(), RuleLimits::default()).expect("it is sound");
    assert!(matches!(rule.start(), Start::Uncached(_)));
}
