//! The tokens that collectors are given: JSON Web Tokens, signed by HMAC with SHA-256 under a key that only this feed has.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use signature::{Signer, Verifier};
use uuid::Uuid;

use crate::clients::Client;

/// What tokens are for.
pub(crate) const AUDIENCE: &str = "https://manage.office.com";
const ISSUER: &str = "actlog";

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    aud: String,
    iss: String,
    iat: u64,
    nbf: u64,
    pub(crate) exp: u64,
    /// The collector.
    pub(crate) appid: Uuid,
    /// Its tenant.
    pub(crate) tid: Uuid,
    /// What it may do.
    pub(crate) roles: Vec<String>,
    ver: String,
}

/// Gives out tokens and knows them again.
pub(crate) struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    life: Duration,
    validation: Validation,
}

impl Tokens {
    pub(crate) fn new(secret: &[u8; 32], life: Duration) -> Self {
        // Where the program has chosen another provider already, that one does the same.
        let _ = PROVIDER.install_default();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss"]);
        validation.validate_nbf = true;
        validation.leeway = 0;
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret), life, validation }
    }

    /// How long a token is good.
    pub(crate) fn life(&self) -> Duration {
        self.life
    }

    /// A token for a collector and one of its tenants, given out now, in seconds since 1970.
    pub(crate) fn give(&self, client: &Client, tenant: Uuid, now: u64) -> Result<String, JwtError> {
        let claims = Claims {
            aud: AUDIENCE.to_owned(),
            iss: ISSUER.to_owned(),
            iat: now,
            nbf: now,
            exp: now + self.life.as_secs(),
            appid: client.id,
            tid: tenant,
            roles: client.permissions.clone(),
            ver: "1.0".to_owned(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
    }

    /// What a token says, if it is one of ours and still good.
    pub(crate) fn read(&self, token: &str) -> Option<Claims> {
        jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok().map(|data| data.claims)
    }
}

/// The one algorithm that is used here. The library's own choices bring RSA and elliptic curves along.
static PROVIDER: CryptoProvider =
    CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

struct HmacSha256(Hmac<Sha256>);

impl HmacSha256 {
    fn new(algorithm: Algorithm, family: AlgorithmFamily, secret: &[u8]) -> Result<Self, JwtError> {
        if algorithm != Algorithm::HS256 || family != AlgorithmFamily::Hmac {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        Hmac::new_from_slice(secret).map(Self).map_err(|_| ErrorKind::InvalidKeyFormat.into())
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, JwtError> {
    Ok(Box::new(HmacSha256::new(*algorithm, key.family(), key.as_bytes())?))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, JwtError> {
    Ok(Box::new(HmacSha256::new(*algorithm, key.family(), key.try_get_as_bytes()?)?))
}

impl Signer<Vec<u8>> for HmacSha256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for HmacSha256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.0.clone().chain_update(message).verify_slice(signature).map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    use super::*;
    use crate::clients::Clients;

    const LIFE: Duration = Duration::from_secs(3_600);

    fn client() -> Client {
        let mut clients = Clients::default();
        clients.add("one", vec![Uuid::from_u128(1)]).unwrap();
        clients.clients.remove(0)
    }

    fn now() -> u64 {
        (actlog_store::now() / 1_000) as u64
    }

    #[test]
    fn read_own_token_and_no_other() {
        let (tokens, others) = (Tokens::new(&[7; 32], LIFE), Tokens::new(&[8; 32], LIFE));
        let client = client();
        let token = tokens.give(&client, Uuid::from_u128(1), now()).unwrap();
        let claims = tokens.read(&token).unwrap();
        assert_eq!(
            (claims.tid, claims.appid, claims.roles.as_slice()),
            (Uuid::from_u128(1), client.id, ["ActivityFeed.Read".to_owned()].as_slice())
        );
        assert_eq!(others.read(&token), None);
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            // The last character of a piece has bits that mean nothing; a token that still says the same is the same.
            let changed = String::from_utf8(bytes).unwrap();
            assert!(tokens.read(&changed).is_none_or(|read| read == claims), "{at}");
        }
        assert_eq!(tokens.read(""), None);
    }

    #[test]
    fn read_token_that_is_over_or_not_yet_good_is_none() {
        let tokens = Tokens::new(&[7; 32], LIFE);
        for (given, good) in [(now() - 3_590, true), (now() - 3_601, false), (now() + 60, false)] {
            let token = tokens.give(&client(), Uuid::from_u128(1), given).unwrap();
            assert_eq!(tokens.read(&token).is_some(), good, "{given}");
        }
    }

    #[test]
    fn read_token_that_names_another_algorithm_is_none() {
        let tokens = Tokens::new(&[7; 32], LIFE);
        let token = tokens.give(&client(), Uuid::from_u128(1), now()).unwrap();
        let (_, rest) = token.split_once('.').unwrap();
        for header in [r#"{"typ":"JWT","alg":"none"}"#, r#"{"typ":"JWT","alg":"HS384"}"#, r#"{"typ":"JWT","alg":"RS256"}"#] {
            let header = BASE64_URL_SAFE_NO_PAD.encode(header);
            assert_eq!(tokens.read(&format!("{header}.{rest}")), None);
            let (claims, _) = rest.split_once('.').unwrap();
            assert_eq!(tokens.read(&format!("{header}.{claims}.")), None);
        }
    }
}
