//! Proofs that anybody can check without us: pure functions, no database, no clock.
//!
//! A leaf is the line `fairhold.leaf/1 <hex>`, where the hex is SHA-256 over a 16-byte nonce
//! followed by the statement's bytes. The tree is that of RFC 6962, checkpoints are C2SP
//! tlog-checkpoints in signed notes.

use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::{Checkpoint, Hash, check_record, record_hash};
use utoipa::ToSchema;

/// How a leaf begins.
const LEAF: &str = "fairhold.leaf/1 ";

/// What a leaf commits to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Opening {
    /// 16 random bytes in lower-case hex.
    pub nonce: String,
    /// The statement, byte for byte.
    pub statement: String,
}

/// Everything that is needed to check one leaf, in one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProofBundle {
    /// The leaf's position, from zero.
    pub index: u64,
    /// The leaf, byte for byte.
    pub leaf: String,
    /// Sibling hashes from the leaf to the root, in base64 (RFC 6962 §2.1.1).
    pub proof: Vec<String>,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// The key that signed it (C2SP signed-note verifier key).
    pub vkey: String,
    /// The statement behind the leaf, where it may be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
}

/// What a good proof shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The log's name.
    pub origin: String,
    /// Leaves in the tree that the checkpoint names.
    pub size: u64,
    /// The tree's root, in base64.
    pub root: String,
    /// The statement, if the bundle opens its leaf.
    pub statement: Option<String>,
}

/// Why a proof is no good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The key cannot be read.
    #[error("the verifier key is malformed")]
    Key,
    /// The key is not the one that is trusted.
    #[error("the proof names another key than the trusted one")]
    OtherKey,
    /// The checkpoint is not signed by the key.
    #[error("the checkpoint's signature is not valid")]
    Signature,
    /// The checkpoint's text is malformed, or of another log.
    #[error("the checkpoint is malformed or of another log")]
    Checkpoint,
    /// The leaf is not in the tree.
    #[error("the leaf is not in the tree that was signed")]
    Inclusion,
    /// The statement is not the one that was committed to.
    #[error("the statement does not match its leaf")]
    Opening,
}

/// The leaf that commits to `opening`.
///
/// # Errors
/// `Opening` when the nonce is not 16 bytes in hex.
pub fn leaf(opening: &Opening) -> Result<String, Broken> {
    let nonce = HEXLOWER.decode(opening.nonce.as_bytes()).map_err(|_| Broken::Opening)?;
    if nonce.len() != 16 {
        return Err(Broken::Opening);
    }
    let commitment = Sha256::new().chain_update(nonce).chain_update(opening.statement.as_bytes()).finalize();
    Ok(format!("{LEAF}{}\n", HEXLOWER.encode(&commitment)))
}

/// Checks a signed checkpoint against the key in `vkey`.
///
/// # Errors
/// `Key`, `Signature` or `Checkpoint`.
pub fn checkpoint(note: &str, vkey: &str) -> Result<Checkpoint, Broken> {
    let verifier = StandardVerifier::new(vkey).map_err(|_| Broken::Key)?;
    let name = vkey.split('+').next().unwrap_or_default().to_owned();
    let note = Note::from_bytes(note.as_bytes()).map_err(|_| Broken::Checkpoint)?;
    note.verify(&VerifierList::new(vec![Box::new(verifier)])).map_err(|_| Broken::Signature)?;
    let checkpoint = Checkpoint::from_bytes(note.text()).map_err(|_| Broken::Checkpoint)?;
    if checkpoint.origin() == name { Ok(checkpoint) } else { Err(Broken::Checkpoint) }
}

impl ProofBundle {
    /// Checks signature, inclusion and, if there is one, the opening, with the key in the bundle.
    /// That shows the bundle to be whole; who wrote it is shown by [`Self::verify_with`].
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn verify(&self) -> Result<Verified, Broken> {
        let head = checkpoint(&self.checkpoint, &self.vkey)?;
        let proof = self.proof.iter().map(|text| hash(text)).collect::<Result<Vec<Hash>, Broken>>()?;
        check_record(&proof, head.size(), *head.hash(), self.index, record_hash(self.leaf.as_bytes())).map_err(|_| Broken::Inclusion)?;
        if let Some(opening) = &self.opening
            && leaf(opening)? != self.leaf
        {
            return Err(Broken::Opening);
        }
        Ok(Verified {
            origin: head.origin().to_owned(),
            size: head.size(),
            root: head.hash().to_string(),
            statement: self.opening.as_ref().map(|opening| opening.statement.clone()),
        })
    }

    /// The same, and the key must be `trusted`, which was learned another way.
    ///
    /// # Errors
    /// `OtherKey`, or as [`Self::verify`].
    pub fn verify_with(&self, trusted: &str) -> Result<Verified, Broken> {
        if self.vkey.trim() != trusted.trim() {
            return Err(Broken::OtherKey);
        }
        self.verify()
    }
}

fn hash(text: &str) -> Result<Hash, Broken> {
    let bytes = BASE64.decode(text.as_bytes()).map_err(|_| Broken::Inclusion)?;
    Ok(Hash(bytes.try_into().map_err(|_| Broken::Inclusion)?))
}
