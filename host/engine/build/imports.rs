//! What a component asks of its host.

use anyhow::{Result, bail};
use wasmparser::{Encoding, Parser, Payload};

/// Names of the imports of `component`; none is what the contract demands.
pub fn of(component: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut depth = 0u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::Version { encoding, .. } => {
                if depth == 0 && encoding != Encoding::Component {
                    bail!("it is a core module");
                }
                depth += 1;
            }
            Payload::End(_) => depth -= 1,
            // Modules and components inside import from each other, which is not the host's business.
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    names.push(import?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}
