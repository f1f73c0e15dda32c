//! Rules for tests: each does the same to every activity.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What a rule does to every activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    Keep,
    Tag(&'static str),
    RedactField(&'static str),
    Drop(&'static str),
    Trap,
    Loop,
}

/// The component of a rule called `test-rule`.
pub fn rule(version: &str, does: Does) -> Vec<u8> {
    component(&text(version, does), "activity-rule")
}

/// A rule that takes long to compile.
pub fn large_rule(functions: usize) -> Vec<u8> {
    let body = "(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 7)) (i32.load (local.get 0))))".repeat(100);
    let functions: String = (0..functions).map(|_| format!("(func (param i32) (result i32) {body} (local.get 0))")).collect();
    component(&text("1", Does::Keep).replace("(; more ;)", &functions), "activity-rule")
}

fn component(text: &str, world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit")).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut module = wat::parse_str(text).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

fn text(version: &str, does: Does) -> String {
    let (tags, redacts, drops) = (matches!(does, Does::Tag(_)), matches!(does, Does::RedactField(_)), matches!(does, Does::Drop(_)));
    // The text stands at 128; a list with it, or a target, at 544.
    let (said, case, payload, element) = match does {
        Does::Keep | Does::Trap | Does::Loop => ("", 0, [0, 0], vec![]),
        Does::Tag(tag) => (tag, 1, [544, 1], vec![128, tag.len()]),
        Does::RedactField(field) => (field, 2, [544, 1], vec![0, 128, field.len()]),
        Does::Drop(reason) => (reason, 3, [128, reason.len()], vec![]),
    };
    let before = match does {
        Does::Trap => "(unreachable)",
        Does::Loop => "(loop $forever (br $forever))",
        _ => "",
    };
    let name = "test-rule";
    let manifest = [words(&[0, name.len(), 64, version.len(), 0, 0, 0, 0, 0, 0, 1]), flags(&[tags, redacts, drops])].concat();
    let verdict = words(&[case, payload[0], payload[1]]);
    let element = words(&element);
    format!(
        r#"(module
  (memory (export "memory") 2)
  (global $free (mut i32) (i32.const 65536))
  (data (i32.const 0) "{name}") (data (i32.const 64) "{version}") (data (i32.const 128) "{said}")
  (data (i32.const 256) "{manifest}") (data (i32.const 512) "{verdict}") (data (i32.const 544) "{element}")
  (func $take (param $bytes i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get $bytes)))
    (block $enough
      (loop $more
        (br_if $enough (i32.le_u (global.get $free) (i32.mul (memory.size) (i32.const 65536))))
        (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))
        (unreachable)))
    (local.get $at))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (call $take (local.get 3)))
  (func (export "actlog:activity/rule@0.3.0#describe") (result i32) (i32.const 256))
  (func (export "actlog:activity/rule@0.3.0#review") (param i32) (param $count i32) (result i32)
    (local $list i32) (local $left i32) (local $to i32)
    {before}
    (local.set $list (call $take (i32.mul (local.get $count) (i32.const 12))))
    (local.set $to (local.get $list))
    (local.set $left (local.get $count))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $left)))
        (memory.copy (local.get $to) (i32.const 512) (i32.const 12))
        (local.set $to (i32.add (local.get $to) (i32.const 12)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next)))
    (i32.store (i32.const 600) (local.get $list))
    (i32.store (i32.const 604) (local.get $count))
    (i32.const 600))
  (func (export "cabi_post_actlog:activity/rule@0.3.0#review") (param i32) (global.set $free (i32.const 65536)))
  (; more ;))"#
    )
}

fn words(words: &[usize]) -> String {
    words.iter().flat_map(|&word| u32::try_from(word).unwrap().to_le_bytes()).map(|byte| format!("\\{byte:02x}")).collect()
}

fn flags(flags: &[bool]) -> String {
    flags.iter().map(|&flag| format!("\\{:02x}", u8::from(flag))).collect()
}
