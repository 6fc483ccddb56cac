//! What sealing costs: for a value, and as a share of a list.

use std::hint::black_box;
use std::time::Instant;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use compute::instance::{self, InstanceQuery};
use compute::permissions::{InstanceStart, InstanceView};
use kernel::http::Credentials;
use kernel::map::purpose;
use kernel::{Gate, KeyOwner, PageQuery, Scope, Sealed};

use crate::stand::{Stand, median};

kernel::field!(
    /// The column that the figures seal.
    pub Hostname: String = "compute.instance.hostname"
);

const VALUES: usize = 100;
const ROUNDS: usize = 300;
const NAME: &str = "compute.instance.hostname";

fn micros(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e6
}

pub async fn print(stand: &Stand) {
    let cx = &stand.cx;
    let writing = Credentials { safe_method: false, ..stand.credentials.clone() };
    let at = Scope::<InstanceStart>::ask(cx, &writing, None, None).await.unwrap();
    let owner = KeyOwner::Organisation(at.organisation_id().unwrap());
    let texts: Vec<String> = (0..VALUES).map(|number| format!("machine-{number}")).collect();
    let sealed = cx
        .write(async |tx| {
            let mut sealed = Vec::new();
            for text in &texts {
                sealed.push(Sealed::<Hostname>::seal(&tx, owner, text).await?);
            }
            Ok(sealed)
        })
        .await
        .unwrap();
    let plain: Vec<Vec<u8>> = texts.iter().map(|text| serde_json::to_vec(text).unwrap()).collect();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, &[7; 32]).unwrap());
    let nonce = || Nonce::assume_unique_for_key([7; NONCE_LEN]);
    let raw: Vec<Vec<u8>> = plain
        .iter()
        .map(|bytes| {
            let mut bytes = bytes.clone();
            key.seal_in_place_append_tag(nonce(), Aad::from(NAME), &mut bytes).unwrap();
            bytes
        })
        .collect();
    let at = Scope::<InstanceView>::ask(cx, &stand.credentials, None, None).await.unwrap();
    let query = PageQuery { limit: Some(50), after: None };

    let (mut gates, mut opens, mut parses, mut ciphers, mut requests) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let gate = Gate::new(cx, &at, &purpose::SERVICE, sealed.iter().map(Sealed::bytes)).await.unwrap();
        gates.push(micros(began));
        let began = Instant::now();
        for one in &sealed {
            black_box(one.open(&gate).unwrap());
        }
        opens.push(micros(began));
        let began = Instant::now();
        for one in &plain {
            black_box(serde_json::from_slice::<String>(one).unwrap());
        }
        parses.push(micros(began));
        let began = Instant::now();
        for one in &raw {
            let mut bytes = one.clone();
            black_box(key.open_in_place(nonce(), Aad::from(NAME), &mut bytes).unwrap());
        }
        ciphers.push(micros(began));
        let began = Instant::now();
        let at = Scope::<InstanceView>::ask(cx, &stand.credentials, None, None).await.unwrap();
        let page = instance::list(cx, &at, &InstanceQuery::default(), &query).await.unwrap();
        black_box(serde_json::to_vec(&page).unwrap());
        requests.push(micros(began));
    }
    let [gate, open, parse, cipher, request] = [gates, opens, parses, ciphers, requests].map(median);
    let each = |whole: f64| whole / VALUES as f64;
    println!(
        "seal, one value: {:.2} µs to open (parsing it alone: {:.2} µs; deciphering alone: {:.2} µs, ratio {:.2})",
        each(open),
        each(parse),
        each(cipher),
        open / cipher
    );
    println!(
        "seal, one value with its part of a gate for {VALUES}: {:.2} µs (parsing it alone: {:.2} µs, ratio {:.1}); the gate itself {gate:.0} µs",
        each(gate + open),
        each(parse),
        (gate + open) / parse
    );
    let without = request - gate - open;
    println!(
        "seal, share of a list of 50: gate and {VALUES} values {:.0} µs of {request:.0} µs (the list without them: {without:.0} µs, sealing adds {:.0} %)",
        gate + open,
        (gate + open) / without * 100.0
    );
}
