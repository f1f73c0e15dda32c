//! The collectors that may ask: who they are, which tenants they may read. Their secrets are not kept, only hashes.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::error::Error;

/// The permission without which nothing is answered.
pub(crate) const PERMISSION: &str = "ActivityFeed.Read";
/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;
/// How a secret begins, so that it is found where it should not be.
const PREFIX: &str = "actlog-";

/// A collector, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Client {
    /// What it gives as `client_id`.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// The tenants that it may read: the `OrganizationId`s of their records.
    pub tenants: Vec<Uuid>,
    /// What it may do; without `ActivityFeed.Read` it is given a token that opens nothing.
    #[serde(default = "default_permissions")]
    pub permissions: Vec<String>,
    /// SHA-256 of the secret, in hex. Secrets are random and long, so that this cannot be turned round.
    sha256: String,
}

/// Every collector that may ask. The caller keeps it, as JSON or TOML, in a file that nobody else may read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Clients {
    /// In the order in which they were added.
    #[serde(default)]
    pub clients: Vec<Client>,
}

fn default_permissions() -> Vec<String> {
    vec![PERMISSION.to_owned()]
}

impl Clients {
    /// Adds a collector. Its secret is given out once: only the hash is kept.
    ///
    /// # Errors
    /// When the name is taken or is none, there are no tenants, or the system has no randomness.
    pub fn add(&mut self, name: &str, tenants: Vec<Uuid>) -> Result<(Uuid, String), Error> {
        if name.is_empty() || name.len() > 64 || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Error::Option(format!("'{name}' cannot be a name: 1 to 64 bytes without blanks")));
        }
        if self.clients.iter().any(|client| client.name == name) {
            return Err(Error::Option(format!("there is a collector {name} already; remove it first")));
        }
        if tenants.is_empty() {
            return Err(Error::Option(format!("collector {name} needs at least one tenant that it may read")));
        }
        let secret = format!("{PREFIX}{}", hex(&random::<SECRET_BYTES>()?));
        let id = Uuid::new_v4();
        self.clients.push(Client { id, name: name.to_owned(), tenants, permissions: default_permissions(), sha256: hash(&secret) });
        Ok((id, secret))
    }

    /// Takes a collector away; whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let count = self.clients.len();
        self.clients.retain(|client| client.name != name);
        self.clients.len() < count
    }

    /// The collector of this id and secret. It takes the same time for an id that is not there, and for a secret that is wrong.
    pub(crate) fn holder(&self, id: &str, secret: &str) -> Option<&Client> {
        let id = Uuid::try_parse(id).ok();
        let hash = hash(secret);
        let mut found = None;
        for client in &self.clients {
            let same = client.sha256.as_bytes().ct_eq(hash.as_bytes());
            if bool::from(same) && id == Some(client.id) {
                found = Some(client);
            }
        }
        found
    }

    pub(crate) fn by_id(&self, id: Uuid) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    /// Whether anybody may read the tenant.
    pub(crate) fn knows(&self, tenant: Uuid) -> bool {
        self.clients.iter().any(|client| client.tenants.contains(&tenant))
    }
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
    Ok(bytes)
}

fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holder_of_each_secret_and_of_none() {
        let mut clients = Clients::default();
        let tenant = Uuid::from_u128(1);
        let (one, secret) = clients.add("one", vec![tenant]).unwrap();
        let (other, other_secret) = clients.add("other", vec![tenant]).unwrap();
        let holder = |id: Uuid, secret: &str| clients.holder(&id.to_string(), secret).map(|client| client.name.clone());
        assert_eq!(holder(one, &secret).as_deref(), Some("one"));
        assert_eq!(holder(other, &other_secret).as_deref(), Some("other"));
        for wrong in ["", &other_secret, &secret[..secret.len() - 1], &secret.to_uppercase(), &format!("{secret}0")] {
            assert_eq!(holder(one, wrong), None, "{wrong}");
        }
        assert_eq!(clients.holder("one", &secret), None);
        assert!(clients.remove("one") && !clients.remove("one"));
        assert_eq!(clients.holder(&one.to_string(), &secret), None);
    }

    #[test]
    fn kept_form_has_no_secret_and_comes_back() {
        let mut clients = Clients::default();
        let (_, secret) = clients.add("one", vec![Uuid::from_u128(1)]).unwrap();
        let text = serde_json::to_string(&clients).unwrap();
        assert!(!text.contains(&secret[PREFIX.len()..]) && !format!("{clients:?}").contains(&secret[PREFIX.len()..]));
        assert_eq!(serde_json::from_str::<Clients>(&text).unwrap(), clients);
    }

    #[test]
    fn add_what_makes_no_sense_is_refused() {
        let mut clients = Clients::default();
        let tenants = || vec![Uuid::from_u128(1)];
        clients.add("one", tenants()).unwrap();
        for name in ["one", "", "a b", "a\n", &"n".repeat(65)] {
            assert!(clients.add(name, tenants()).is_err(), "{name:?}");
        }
        assert!(clients.add("two", Vec::new()).is_err());
    }
}
