//! Why a rule cannot be used.

use super::compiler::CompileError;
use crate::component::ComponentError;
use crate::error::Blame;
use crate::fault::FaultKind;

/// Why a rule cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The file cannot be read, is no component, imports something, or does not fit the contract.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// It was made for another version of the contract.
    #[error("it was made for {found}, and this is {wanted}: build it again with the contract of this version")]
    OtherContract {
        /// What it exports.
        found: String,
        /// What is needed.
        wanted: &'static str,
    },
    /// The component is too large to be compiled.
    #[error("{bytes} bytes are more than a rule may have ({limit} bytes)")]
    TooLarge {
        /// Bytes of the component.
        bytes: u64,
        /// Bytes that it may have.
        limit: u64,
    },
    /// It cannot be compiled within its limits.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// What it says of itself cannot be.
    #[error("its manifest is not valid: {0}")]
    Manifest(String),
    /// It failed when it was tried.
    #[error("it fails when it is tried: {explanation} ({kind})")]
    Fails {
        /// How it failed.
        kind: FaultKind,
        /// One sentence for people.
        explanation: String,
    },
    /// It wants to do what its grant does not allow.
    #[error("it wants to {wants}, which its grant does not allow")]
    NotGranted {
        /// What it wants to do: `tag`, `redact` or `drop`.
        wants: &'static str,
    },
    /// The name given to it cannot be used.
    #[error("'{0}' cannot be the name of a rule: 1 to 64 of the characters a to z, 0 to 9 and hyphen, each name once")]
    Name(String),
    /// This program or its system cannot run rules.
    #[error("rules cannot be run here: {0}")]
    Host(String),
}

impl RuleError {
    /// Whose error it is.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Component(ComponentError::Unreadable { .. }) | Self::NotGranted { .. } | Self::Name(_) => Blame::Settings,
            Self::Host(_) | Self::Compile(CompileError::NotStarted(_)) => Blame::Host,
            _ => Blame::Rule,
        }
    }
}

impl From<wasmtime::Error> for RuleError {
    fn from(error: wasmtime::Error) -> Self {
        Self::Component(error.into())
    }
}
