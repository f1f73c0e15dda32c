//! The key that seals are signed with: made at first use, kept in a file that only its owner may read.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::error::Error;
use crate::hex;

/// The public half of the key: whoever checks a store should have it from elsewhere than the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// A key of 32 bytes, if they are one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        VerifyingKey::from_bytes(bytes.try_into().ok()?).ok().filter(|key| !key.is_weak()).map(PublicKey)
    }

    /// A key written as 64 hexadecimal digits, if it is one.
    pub fn from_hex(text: &str) -> Option<Self> {
        Self::from_bytes(&hex::decode(text.trim())?)
    }

    /// The key's 32 bytes.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The key as 64 hexadecimal digits.
    pub fn to_hex(self) -> String {
        hex::encode(&self.to_bytes())
    }

    pub(crate) fn verifies(self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        self.0.verify_strict(message, &signature).is_ok()
    }
}

/// The private half. It is wiped from memory when it is dropped.
pub(crate) struct Key(SigningKey);

impl Key {
    /// Reads the key, or makes one where the store is new.
    pub(crate) fn open(path: &Path, recorded: Option<PublicKey>) -> Result<Self, Error> {
        let key = match File::open(path) {
            Ok(file) => Self::read(path, file)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && recorded.is_none() => Self::create(path)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Error::KeyMissing(path.to_owned())),
            Err(error) => return Err(Error::file(path, error)),
        };
        if recorded.is_some_and(|recorded| recorded != key.public()) {
            return Err(Error::KeyMismatch(path.to_owned()));
        }
        Ok(key)
    }

    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    fn read(path: &Path, file: File) -> Result<Self, Error> {
        let unusable = |explanation: &str| Error::KeyUnusable { path: path.to_owned(), explanation: explanation.to_owned() };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = file.metadata().map_err(|error| Error::file(path, error))?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(unusable("others may read or write it; its mode must be 0600"));
            }
        }
        let mut text = String::new();
        file.take(1024).read_to_string(&mut text).map_err(|error| Error::file(path, error))?;
        let bytes = hex::decode(text.trim()).ok_or_else(|| unusable("it does not hold 64 hexadecimal digits"))?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| unusable("it does not hold 64 hexadecimal digits"))?;
        Ok(Key(SigningKey::from_bytes(&bytes)))
    }

    fn create(path: &Path) -> Result<Self, Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
        let key = Key(SigningKey::from_bytes(&bytes));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let write = || -> std::io::Result<()> {
            let mut file = options.open(path)?;
            file.write_all(format!("{}\n", hex::encode(&bytes)).as_bytes())?;
            file.sync_all()
        };
        write().map_err(|error| Error::file(path, error))?;
        Ok(key)
    }
}
