//! The exported log, checked by implementations that are not ours: `ct-merkle` for the tree, its
//! inclusion and consistency proofs, `aws-lc-rs` for the signature. Nothing of this crate but the
//! exporter and the proof makers is used; tiles and notes are read here as their specifications say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::path::Path;

use audit::log::{self, LogIndex, Statement};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use data_encoding::BASE64;
use serde_json::json;
use sha2::{Digest, Sha256};
use testkit::{Engine, Test};

const LEAVES: u64 = 700;

struct Copy {
    size: u64,
    root: [u8; 32],
    leaves: Vec<Vec<u8>>,
    tiles: BTreeMap<String, Vec<u8>>,
}

/// Reads a folder of files as <https://c2sp.org/tlog-tiles> lays them out; the reason if it is no good.
fn read(folder: &Path) -> Result<Copy, String> {
    let key = std::fs::read_to_string(folder.join("key")).unwrap();
    let note = std::fs::read_to_string(folder.join("checkpoint")).map_err(|error| error.to_string())?;
    let (name, rest) = key.trim().split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    let key = BASE64.decode(key.as_bytes()).unwrap();
    assert_eq!(key[0], 1, "Ed25519");
    let hash = Sha256::new().chain_update(name).chain_update("\n").chain_update(&key).finalize();
    assert_eq!(data_encoding::HEXLOWER.encode(&hash[..4]), id);

    let (text, signatures) = note.split_once("\n\n").ok_or("no signatures")?;
    let line = signatures.lines().next().and_then(|line| line.strip_prefix("— ")).ok_or("no signature line")?;
    let (signer, signature) = line.split_once(' ').ok_or("no signature")?;
    let signature = BASE64.decode(signature.as_bytes()).map_err(|error| error.to_string())?;
    if signer != name || signature[..4] != hash[..4] {
        return Err("another signer".to_owned());
    }
    UnparsedPublicKey::new(&ED25519, &key[1..]).verify(format!("{text}\n").as_bytes(), &signature[4..]).map_err(|_| "signature")?;
    let lines: Vec<&str> = text.lines().collect();
    if lines[0] != name {
        return Err("another origin".to_owned());
    }
    let size: u64 = lines[1].parse().map_err(|_| "size")?;
    let root = BASE64.decode(lines[2].as_bytes()).map_err(|_| "root")?.try_into().map_err(|_| "root")?;

    let mut tiles = BTreeMap::new();
    let mut leaves = Vec::new();
    for (number, width) in [("000", 256), ("001", 256), ("002.p/188", 188)] {
        let mut bytes = std::fs::read(folder.join("tile/entries").join(number)).map_err(|error| error.to_string())?;
        for _ in 0..width {
            let length = bytes.get(..2).ok_or("a cut entry").map(|head| usize::from(u16::from_be_bytes([head[0], head[1]])))?;
            leaves.push(bytes.get(2..2 + length).ok_or("a cut entry")?.to_vec());
            bytes.drain(..2 + length);
        }
        if !bytes.is_empty() {
            return Err("more entries than there should be".to_owned());
        }
        tiles.insert(format!("0/{number}"), std::fs::read(folder.join("tile/0").join(number)).map_err(|error| error.to_string())?);
    }
    tiles.insert("1/000.p/2".to_owned(), std::fs::read(folder.join("tile/1/000.p/2")).map_err(|error| error.to_string())?);
    Ok(Copy { size, root, leaves, tiles })
}

/// The tree over `leaves`, by the other implementation.
fn tree(leaves: &[Vec<u8>]) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    for leaf in leaves {
        tree.push(leaf.clone());
    }
    tree
}

/// Everything that can be checked of a copy; the reason if it is no good.
fn check(folder: &Path) -> Result<Copy, String> {
    let copy = read(folder)?;
    if copy.leaves.len() as u64 != copy.size || tree(&copy.leaves).root().as_bytes().as_slice() != copy.root {
        return Err("the entries do not have the signed root".to_owned());
    }
    let mut level: Vec<u8> = Vec::new();
    for (number, tile) in ["0/000", "0/001", "0/002.p/188"].iter().enumerate() {
        for (at, hash) in copy.tiles[*tile].chunks(32).enumerate() {
            let leaf = &copy.leaves[number * 256 + at];
            if Sha256::new().chain_update([0]).chain_update(leaf).finalize().as_slice() != hash {
                return Err(format!("hash {at} of tile {tile}"));
            }
        }
        level.extend(if number < 2 { tree(&copy.leaves[number * 256..][..256]).root().as_bytes().to_vec() } else { Vec::new() });
    }
    if copy.tiles["1/000.p/2"] == level { Ok(copy) } else { Err("tile 1/000.p/2".to_owned()) }
}

async fn filled() -> (Test, [u8; 32]) {
    let test = Test::on(Engine::Sqlite, vec![audit::module()]).await;
    let mut early = [0; 32];
    for numbers in [0..300, 300..LEAVES] {
        let now = test.cx.now();
        let statements: Vec<_> = numbers.clone().map(|number| (Statement::new("test.said", now, &json!({ "number": number })).unwrap(), None)).collect();
        test.cx.write(async |tx| log::append_all(&tx, &statements).await).await.unwrap();
        if numbers.end == 300 {
            let note = log::checkpoint_now(&test.cx).await.unwrap();
            early = BASE64.decode(note.lines().nth(2).unwrap().as_bytes()).unwrap().try_into().unwrap();
        }
    }
    (test, early)
}

fn concatenated(proof: &[String]) -> Vec<u8> {
    proof.iter().flat_map(|hash| BASE64.decode(hash.as_bytes()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_implementation_agrees() {
    testkit::covers!(252);
    let (test, early) = filled().await;
    let folder = test.database.folder().join("copy");
    assert_eq!(log::export(&test.cx, &folder).await.unwrap(), 7);
    let copy = check(&folder).unwrap();
    assert_eq!(copy.size, LEAVES);

    let root = RootHash::<Sha256>::new(copy.root.into(), copy.size);
    for index in [0, 1, 255, 256, 511, 512, 698, 699] {
        let bundle = log::bundle(&test.cx, LogIndex(index)).await.unwrap();
        let leaf = copy.leaves[usize::try_from(index).unwrap()].clone();
        assert_eq!(bundle.leaf.as_bytes(), leaf);
        let mut bytes = concatenated(&bundle.proof);
        root.verify_inclusion(&leaf, index, &InclusionProof::from_bytes(bytes.clone())).unwrap();
        bytes[17] ^= 1;
        assert!(root.verify_inclusion(&leaf, index, &InclusionProof::from_bytes(bytes)).is_err());
        assert!(root.verify_inclusion(&leaf, index ^ 1, &InclusionProof::from_bytes(concatenated(&bundle.proof))).is_err());
    }

    let old = RootHash::<Sha256>::new(early.into(), 300);
    let mut bytes = concatenated(&log::consistency(&test.cx, 300, LEAVES).await.unwrap());
    root.verify_consistency(&old, &ConsistencyProof::try_from_bytes(bytes.clone()).unwrap()).unwrap();
    bytes[3] ^= 1;
    assert!(root.verify_consistency(&old, &ConsistencyProof::try_from_bytes(bytes).unwrap()).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_flipped_bit_in_any_file_is_noticed() {
    let (test, _) = filled().await;
    let folder = test.database.folder().join("copy");
    log::export(&test.cx, &folder).await.unwrap();
    for file in ["checkpoint", "tile/entries/000", "tile/entries/002.p/188", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2"] {
        let path = folder.join(file);
        let good = std::fs::read(&path).unwrap();
        for place in [good.len() / 3, good.len() / 2, good.len() - 2] {
            let mut bad = good.clone();
            bad[place] ^= 1;
            std::fs::write(&path, &bad).unwrap();
            assert!(check(&folder).is_err(), "{file} at {place}");
        }
        std::fs::write(&path, &good).unwrap();
    }
    check(&folder).unwrap();
}
