//! Seals: what is signed, and how seals and records hang together. `FORMAT.md` says the same for other programs.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::hex;
use crate::key::{Key, PublicKey};

/// The version of bodies.
pub(crate) const FORMAT: u32 = 1;

/// Bytes of one record's entry in a manifest: its id and its digest.
pub(crate) const ENTRY: usize = 16 + 32;

/// A hash by SHA-256.
pub(crate) type Hash = [u8; 32];

/// What a seal says. Its JSON, as it stands in the store, is what is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    pub(crate) format: u32,
    pub(crate) store: Uuid,
    pub(crate) number: u64,
    /// The hash of the seal before, zeros for the first.
    pub(crate) previous: String,
    /// When it was sealed.
    pub(crate) time: i64,
    pub(crate) content: Content,
}

/// What was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Content {
    /// Records in a row.
    Segment {
        first: i64,
        last: i64,
        count: u64,
        /// Times of the oldest and newest record; one without a time counts as of when it was stored.
        oldest: i64,
        newest: i64,
        /// The hash of the manifest.
        hash: String,
    },
    /// That segments were deleted because their time had come.
    Tombstone {
        before: i64,
        segments: Vec<u64>,
        count: u64,
        /// The hash of the segments' hashes, in the order of `segments`.
        hash: String,
    },
}

impl Body {
    /// The JSON that is signed.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }
}

/// What one record counts with: its place and its bytes.
pub(crate) fn digest(seq: i64, bytes: &[u8]) -> Hash {
    Sha256::new().chain_update(seq.to_be_bytes()).chain_update(bytes).finalize().into()
}

/// One record's entry in a manifest.
pub(crate) fn entry(id: Uuid, seq: i64, bytes: &[u8]) -> [u8; ENTRY] {
    let mut entry = [0; ENTRY];
    entry[..16].copy_from_slice(id.as_bytes());
    entry[16..].copy_from_slice(&digest(seq, bytes));
    entry
}

/// The hash of bytes.
pub(crate) fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The hash of a seal, which the next one holds.
pub(crate) fn seal_hash(body: &[u8], signature: &[u8]) -> Hash {
    Sha256::new().chain_update(body).chain_update(signature).finalize().into()
}

/// The hash of the hashes of deleted segments.
pub(crate) fn segments_hash<'a>(hashes: impl Iterator<Item = &'a str>) -> String {
    let mut all = Sha256::new();
    hashes.for_each(|hash| all.update(hash.as_bytes()));
    hex::encode(&all.finalize())
}

/// What the head file says: which seal is the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    pub(crate) format: u32,
    pub(crate) store: Uuid,
    pub(crate) seals: u64,
    /// The hash of the last seal.
    pub(crate) hash: String,
}

impl Head {
    /// The file: the JSON on one line, its signature on the next.
    pub(crate) fn to_file(&self, key: &Key) -> Vec<u8> {
        let mut file = serde_json::to_vec(self).unwrap_or_default();
        let signature = hex::encode(&key.sign(&file));
        file.push(b'\n');
        file.extend_from_slice(signature.as_bytes());
        file.push(b'\n');
        file
    }

    /// Reads the file, and checks its signature.
    pub(crate) fn from_file(file: &[u8], key: PublicKey) -> Result<Self, String> {
        let (body, signature) = file.split_at(file.iter().position(|byte| *byte == b'\n').ok_or("it has no signature")?);
        let signature = std::str::from_utf8(signature.trim_ascii()).ok().and_then(hex::decode).ok_or("its signature is none")?;
        if !key.verifies(body, &signature) {
            return Err("its signature is wrong".to_owned());
        }
        serde_json::from_slice(body).map_err(|error| error.to_string())
    }
}
