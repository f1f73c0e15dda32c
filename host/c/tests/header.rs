//! `include/actlog.h` says what the library has. Programs in C know nothing else of it.

use std::path::{Path, PathBuf};

/// The files that the header is made of, in the order in which it has them.
const SOURCES: [&str; 11] =
    ["status", "text", "version", "error", "options", "engine", "filter", "outcome", "exchange", "translator", "translation"];

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The header as the sources have it now.
fn made() -> String {
    let config = cbindgen::Config::from_file(folder().join("cbindgen.toml")).expect("a valid configuration");
    let mut builder = cbindgen::Builder::new().with_config(config);
    for name in ["buffer"].iter().chain(&SOURCES) {
        builder = builder.with_src(folder().join("src").join(name).with_extension("rs"));
    }
    let mut header = Vec::new();
    builder.generate().expect("the sources can be read").write(&mut header);
    String::from_utf8(header).expect("text")
}

/// All functions that the sources export.
fn exported() -> Vec<String> {
    let files = std::fs::read_dir(folder().join("src")).expect("there are sources").map(|entry| entry.expect("an entry").path());
    let texts = files.map(|path: PathBuf| std::fs::read_to_string(path).expect("text"));
    let mut names: Vec<String> = texts
        .flat_map(|text| {
            let after = text.split("#[unsafe(no_mangle)]").skip(1).map(str::to_owned).collect::<Vec<_>>();
            after
                .into_iter()
                .map(|text| text.split_once("fn ").and_then(|(_, rest)| rest.split_once('(')).expect("a function").0.to_owned())
        })
        .collect();
    names.sort();
    names
}

#[test]
fn header_is_what_the_sources_say() {
    let (path, made) = (folder().join("include/actlog.h"), made());
    if std::env::var_os("ACTLOG_OVERWRITE").is_some() {
        std::fs::write(&path, &made).expect("writes the header");
    }
    let header = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(header == made, "{} is not what src/ says; ACTLOG_OVERWRITE=1 writes it anew", path.display());
}

#[test]
fn header_has_every_exported_function() {
    let (names, header) = (exported(), made());
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        assert!(name.starts_with("actlog_"), "{name}");
        assert!(header.contains(&format!("{name}(")), "{name} is not in the header: its file is not listed in this test");
    }
}
