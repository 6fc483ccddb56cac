//! Signed tree heads (C2SP tlog-checkpoint). The key is derived from the instance's root key.

use data_encoding::BASE64;
use ed25519_dalek::SigningKey;
use kernel::{Cx, Error, Result};
use signed_note::{Note, StandardSigner, key_id, new_ed25519_verifier_key};
use tlog_tiles::Checkpoint;
use zeroize::Zeroizing;

use super::append::root;
use super::model::Origin;
use super::store;

/// Ed25519 in signed notes.
const ALGORITHM: u8 = 1;

/// The log's name.
pub(super) fn origin(cx: &Cx) -> Origin {
    cx.extension::<Origin>().map(|origin| (*origin).clone()).unwrap_or_default()
}

fn signing_key(cx: &Cx) -> Result<SigningKey> {
    Ok(SigningKey::from_bytes(&*cx.keys().root().derive("log/ed25519")?))
}

/// The public key, in the form that verifiers of signed notes read.
///
/// # Errors
/// `Internal` when the key cannot be derived.
pub fn verifier_key(cx: &Cx) -> Result<String> {
    Ok(new_ed25519_verifier_key(&origin(cx).0, &signing_key(cx)?.verifying_key()))
}

fn signer(cx: &Cx, name: &str) -> Result<StandardSigner> {
    let key = signing_key(cx)?;
    let public = [&[ALGORITHM], key.verifying_key().as_bytes().as_slice()].concat();
    let secret = Zeroizing::new([&[ALGORITHM], key.as_bytes().as_slice()].concat());
    let text = Zeroizing::new(format!("PRIVATE+KEY+{name}+{:08x}+{}", key_id(name, &public), BASE64.encode(&secret)));
    StandardSigner::new(&text).map_err(|error| Error::internal("the log's key is malformed").caused_by(error))
}

/// Signs the present tree if it has grown since the last checkpoint; the newest checkpoint.
///
/// # Errors
/// Database errors; `Internal` when the tree does not add up.
pub async fn checkpoint_now(cx: &Cx) -> Result<String> {
    Ok(newest(cx).await?.1)
}

/// The same with the size that it covers.
pub(super) async fn newest(cx: &Cx) -> Result<(u64, String)> {
    let size = store::size(cx.db()).await?;
    if let Some((signed, note)) = store::newest_checkpoint(cx.db()).await?
        && signed >= size
    {
        return Ok((signed, note));
    }
    let note = sign(cx, size).await?;
    cx.write(async |tx| store::insert_checkpoint(&tx, size, &note).await).await?;
    Ok((size, note))
}

async fn sign(cx: &Cx, size: u64) -> Result<String> {
    let failed = |cause: Box<dyn std::error::Error + Send + Sync>| Error::internal("the checkpoint cannot be signed").caused_by(cause);
    let origin = origin(cx).0;
    let checkpoint = Checkpoint::new(&origin, size, root(cx.db(), size).await?, "").map_err(|error| failed(error.to_string().into()))?;
    let mut note = Note::new(&checkpoint.to_bytes(), &[]).map_err(|error| failed(error.into()))?;
    note.add_sigs(&[&signer(cx, &origin)?]).map_err(|error| failed(error.into()))?;
    String::from_utf8(note.to_bytes()).map_err(|error| failed(error.into()))
}
