//! Signed statements as the tools of in-toto read them: DSSE envelopes by our own keys.
//!
//! Source: <https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md>. What is signed names the type and both
//! lengths (PAE), so that no payload can be taken for one of another kind.

use base64ct::{Base64, Encoding};
use ed25519_dalek::Signer;
use serde::{Deserialize, Serialize};

use super::key::PublicKey;
use super::secret_key::SecretKey;

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    /// The fingerprint of the key: a hint, never a proof.
    keyid: String,
    sig: String,
}

fn signed_bytes(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// The statement `payload`, signed.
pub(crate) fn envelope(payload: &[u8], key: &SecretKey) -> Vec<u8> {
    let signature = key.signing_key().sign(&signed_bytes(payload)).to_bytes();
    let envelope = Envelope {
        payload: Base64::encode_string(payload),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures: vec![EnvelopeSignature {
            keyid: key.public().fingerprint().to_string(),
            sig: Base64::encode_string(&signature),
        }],
    };
    let mut bytes = serde_json::to_vec(&envelope).expect("an envelope has text keys only");
    bytes.push(b'\n');
    bytes
}

/// The statement in an envelope that `key` signed.
///
/// # Errors
/// Says why not, as a phrase.
pub(crate) fn opened(bytes: &[u8], key: &PublicKey) -> Result<Vec<u8>, &'static str> {
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|_| "it's no signed statement")?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err("it's a statement of another kind");
    }
    let payload = Base64::decode_vec(&envelope.payload).map_err(|_| "its statement is damaged")?;
    let is_by_key = |one: &EnvelopeSignature| {
        let signature = Base64::decode_vec(&one.sig).ok().and_then(|bytes| bytes.try_into().ok());
        signature.is_some_and(|signature: [u8; 64]| key.covers(&signed_bytes(&payload), &signature))
    };
    match envelope.signatures.iter().any(is_by_key) {
        true => Ok(payload),
        false => Err("its signature isn't by the key of this file"),
    }
}
