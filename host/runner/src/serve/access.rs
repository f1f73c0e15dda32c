//! Who may do what: tokens, hashed at rest, and nobody without one unless the operator said so.

use std::fmt;
use std::path::Path;

use anyhow::bail;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::private;

/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;
/// How a token begins, so that it is found where it should not be.
const PREFIX: &str = "actlog-";

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Search, read records, run reports, export.
    Auditor,
    /// All that an auditor may, see the settings in force, and send events.
    Operator,
    /// Send events, and nothing else.
    Ingester,
    /// See what is counted, and nothing else: for Prometheus.
    Monitor,
}

impl Role {
    /// Whether it may read records.
    pub fn reads(self) -> bool {
        matches!(self, Role::Auditor | Role::Operator)
    }

    /// Whether it may send events.
    pub fn sends(self) -> bool {
        matches!(self, Role::Operator | Role::Ingester)
    }

    /// Whether it may see what is counted.
    pub fn observes(self) -> bool {
        matches!(self, Role::Operator | Role::Monitor)
    }

    /// Whether it may see how the program is set up.
    pub fn operates(self) -> bool {
        matches!(self, Role::Operator)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Auditor => "auditor",
            Role::Operator => "operator",
            Role::Ingester => "ingester",
            Role::Monitor => "monitor",
        })
    }
}

/// A token, without the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Token {
    /// Whose it is; what they do is recorded under this name.
    pub name: String,
    /// What it lets them do.
    pub role: Role,
    /// SHA-256 of the token, in hex. Tokens are random and long, so that this cannot be turned round.
    sha256: String,
}

/// Everybody who has a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tokens {
    /// In the order in which they were given out.
    #[serde(default)]
    pub tokens: Vec<Token>,
}

impl Tokens {
    /// Reads the file of tokens; none where there is no file.
    ///
    /// # Errors
    /// When it cannot be read, is no such file, or others may read it.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        private::read(path, "tokens")
    }

    /// Gives out a token. It is shown once: only its hash is kept.
    ///
    /// # Errors
    /// When the name is taken or is none, or the system has no randomness.
    pub fn add(&mut self, name: &str, role: Role) -> anyhow::Result<String> {
        if name.is_empty() || name.len() > 64 || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
            bail!("'{name}' cannot be a name: 1 to 64 bytes without blanks");
        }
        if self.tokens.iter().any(|token| token.name == name) {
            bail!("there is a token for {name} already; remove it first");
        }
        let mut random = [0; TOKEN_BYTES];
        getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("the system has no randomness: {error}"))?;
        let token = format!("{PREFIX}{}", hex(&random));
        self.tokens.push(Token { name: name.to_owned(), role, sha256: hash(&token) });
        Ok(token)
    }

    /// Takes a token away; whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let count = self.tokens.len();
        self.tokens.retain(|token| token.name != name);
        self.tokens.len() < count
    }

    /// Writes the file, for this user alone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        private::write(path, self)
    }

    /// Whose token this is. Every hash is compared, each in the same time, so that nothing can be learned from how long it takes.
    pub fn holder(&self, token: &str) -> Option<&Token> {
        let hash = hash(token);
        let mut found = None;
        for known in &self.tokens {
            if bool::from(known.sha256.as_bytes().ct_eq(hash.as_bytes())) {
                found = Some(known);
            }
        }
        found
    }
}

fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn holder_of_each_token_and_of_none() {
        let mut tokens = Tokens::default();
        let ann = tokens.add("ann", Role::Auditor).unwrap();
        let ben = tokens.add("ben", Role::Ingester).unwrap();
        assert_eq!(tokens.holder(&ann).map(|token| token.name.as_str()), Some("ann"));
        assert_eq!(tokens.holder(&ben).map(|token| token.role), Some(Role::Ingester));
        for wrong in ["", "actlog-", &ann[..ann.len() - 1], &format!("{ann}0"), &ann.to_uppercase()] {
            assert_eq!(tokens.holder(wrong), None, "{wrong}");
        }
        assert!(tokens.remove("ann") && !tokens.remove("ann"));
        assert_eq!(tokens.holder(&ann), None);
    }

    #[test]
    fn file_keeps_hashes_alone_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        let mut tokens = Tokens::read(&path).unwrap();
        let token = tokens.add("ann", Role::Auditor).unwrap();
        tokens.write(&path).unwrap();
        assert!(!fs::read_to_string(&path).unwrap().contains(&token[PREFIX.len()..]));
        assert_eq!(Tokens::read(&path).unwrap(), tokens);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert!(Tokens::read(&path).unwrap_err().to_string().contains("chmod 600"));
        }
    }

    #[test]
    fn add_a_name_twice_or_none_is_refused() {
        let mut tokens = Tokens::default();
        tokens.add("ann", Role::Auditor).unwrap();
        for name in ["ann", "", "a b", "a\n", &"n".repeat(65)] {
            assert!(tokens.add(name, Role::Auditor).is_err(), "{name:?}");
        }
    }
}
