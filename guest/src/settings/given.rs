//! Values that JSON can write in more ways than a plain Rust type takes, or in fewer.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A value that may be left out, but not be `null`: leaving out is the one way to leave out.
#[derive(Clone, Debug, PartialEq)]
pub struct Given<T>(pub Option<T>);

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Given<T> {
    /// The value, if it was given.
    pub fn as_ref(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

/// Kind of user as it was written: a name or a number, empty where none was given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserKind(pub String);

impl<'de> Deserialize<'de> for UserKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrNumber)
    }
}

struct NameOrNumber;

impl Visitor<'_> for NameOrNumber {
    type Value = UserKind;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the name or number of a kind of user")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<UserKind, E> {
        Ok(UserKind(name.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<UserKind, E> {
        Ok(UserKind(number.to_string()))
    }
}
