//! The playground: the filter in the browser.
//!
//! Its files are in this program. The component goes along as text in a script, so that the page needs no connection at all: not
//! even one to the server that it came from, and none when it is opened from a disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use include_dir::Dir;

use super::page::{self, FILES, content_type};

/// The page that stands for the folder.
const INDEX: &str = "index.html";

/// What the browser may load: these files. The page itself says the same, for servers that send no such header, but for the last
/// part, which can be said in a header alone.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; worker-src blob:; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// What the playground shares with the review page: its name here, and the files there.
const SHARED: [(&str, &[&str]); 4] = [
    ("base.css", &["css/base.css"]),
    ("icon.svg", &["icon.svg"]),
    ("shared.js", &["js/dom.js", "js/copy.js"]),
    ("theme.js", &["js/theme.js"]),
];

/// Every file of the playground, by name, for this component.
pub fn files(component: &[u8]) -> BTreeMap<String, Bytes> {
    let own = FILES.get_dir("playground").into_iter().flat_map(Dir::files);
    let mut files: BTreeMap<String, Bytes> =
        own.filter_map(|file| Some((file.path().file_name()?.to_str()?.to_owned(), Bytes::from_static(file.contents())))).collect();
    for (name, parts) in SHARED {
        let text: Vec<&str> = parts.iter().filter_map(|path| FILES.get_file(path)?.contents_utf8()).collect();
        let text = if name == "shared.js" { script(&text) } else { text.concat() };
        files.insert(name.to_owned(), Bytes::from(text));
    }
    let component = format!("'use strict';\nconst COMPONENT = '{}';\n", BASE64_STANDARD.encode(component));
    files.insert("component.js".to_owned(), Bytes::from(component));
    files
}

/// Modules as one plain script: a page that is opened from a disk may not load modules.
fn script(modules: &[&str]) -> String {
    let mut script = "'use strict';\n".to_owned();
    for line in modules.iter().flat_map(|module| module.split_inclusive('\n')).filter(|line| !line.starts_with("import ")) {
        script.push_str(line.strip_prefix("export ").unwrap_or(line));
    }
    script
}

/// The playground alone, at the root of a server.
pub fn site(component: &[u8]) -> Router {
    routes("", component).layer(from_fn(page::headers))
}

/// Answers for the playground below `prefix`: empty, or a path without a slash at its end.
pub fn routes(prefix: &str, component: &[u8]) -> Router {
    let files = Arc::new(files(component));
    let index = Arc::clone(&files);
    let folder = format!("{prefix}/");
    let mut routes = Router::new()
        .route(&folder, get(async move || answer(&index, INDEX)))
        .route(&format!("{folder}{{name}}"), get(async move |Path(name): Path<String>| answer(&files, &name)));
    if !prefix.is_empty() {
        // Without the slash, the page would look for its files beside the folder.
        routes = routes.route(prefix, get(async move || Redirect::permanent(&folder)));
    }
    routes
}

fn answer(files: &BTreeMap<String, Bytes>, name: &str) -> Response {
    match files.get(name) {
        Some(file) => {
            ([(header::CONTENT_TYPE, content_type(name)), (header::CONTENT_SECURITY_POLICY, POLICY)], file.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str) -> String {
        let files = files(b"\0asm");
        String::from_utf8(files.get(name).unwrap_or_else(|| panic!("there is no {name}")).to_vec()).unwrap()
    }

    #[test]
    fn files_each_that_the_page_names_is_there() {
        let page = text(INDEX);
        let named: Vec<&str> = page
            .split([' ', '>'])
            .filter_map(|word| word.strip_prefix("src=\"").or_else(|| word.strip_prefix("href=\""))?.strip_suffix('"'))
            .filter(|name| !name.starts_with('#'))
            .collect();
        assert!(named.len() > 10, "{named:?}");
        for name in named {
            assert!(!text(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn files_component_goes_along_as_text() {
        assert_eq!(text("component.js"), "'use strict';\nconst COMPONENT = 'AGFzbQ==';\n");
    }

    #[test]
    fn files_shared_script_has_no_module_in_it() {
        let script = text("shared.js");
        assert!(script.contains("\nfunction h(tag") && script.contains("\nfunction copyButton("), "{script}");
        assert!(!script.lines().any(|line| line.starts_with("import ") || line.starts_with("export ")), "{script}");
    }

    #[test]
    fn policy_is_the_page_s_and_allows_no_connection() {
        let said = POLICY.strip_suffix("; frame-ancestors 'none'").unwrap();
        assert!(text(INDEX).contains(&format!("content=\"{said}\"")), "{said}");
        assert!(!POLICY.contains("connect-src") && POLICY.starts_with("default-src 'none'"));
    }
}
