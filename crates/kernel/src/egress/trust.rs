//! Whose certificate is accepted at the far end: one that a public authority vouches for, or exactly
//! the one that a person looked at when the system was enrolled. There is no way to accept any.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, SignatureScheme};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// SHA-256 of a certificate, written as `AB:CD:…`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of a certificate in DER.
    pub fn of(certificate: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, certificate).as_ref());
        Self(bytes)
    }

    /// Reads 32 pairs of hexadecimal digits, with or without colons.
    ///
    /// # Errors
    /// `Invalid` at `fingerprint`.
    pub fn parse(text: &str) -> Result<Self> {
        let digits: String = text.trim().chars().filter(|c| *c != ':').collect::<String>().to_ascii_uppercase();
        let bytes = data_encoding::HEXUPPER.decode(digits.as_bytes()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(Self).ok_or_else(|| Error::invalid("fingerprint", "A fingerprint is 32 pairs of hexadecimal digits, as AB:CD:…."))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

/// Whose certificate is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// One that the machine's certificate authorities vouch for, for the name that was asked for.
    Public,
    /// This one and no other, whatever its name, authority or age: what was looked at is what is trusted.
    Pinned(Fingerprint),
}

/// Another certificate came than the one that was looked at.
#[derive(Debug, thiserror::Error)]
#[error("the certificate changed: {presented} was presented, {expected} is known")]
pub struct CertificateChanged {
    /// The one that is known.
    pub expected: Fingerprint,
    /// The one that came.
    pub presented: Fingerprint,
}

/// Finds out whether `error` is a certificate that changed.
pub fn changed_certificate<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a CertificateChanged> {
    let mut at = Some(error);
    while let Some(one) = at {
        if let Some(rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(cause)))) = one.downcast_ref() {
            return cause.downcast_ref();
        }
        // An I/O error shows its wrapped error's source, and not the wrapped error itself.
        at = match one.downcast_ref::<std::io::Error>() {
            Some(io) => io.get_ref().map(|wrapped| wrapped as &(dyn std::error::Error + 'static)),
            None => one.source(),
        };
    }
    None
}

/// How TLS is spoken with an end that has the certificate `known`.
pub(super) fn pinned(known: Fingerprint) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Arc::new(OnlyThisOne { known, provider: provider.clone() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal("TLS cannot be set up").caused_by(error))?;
    Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

#[derive(Debug)]
struct OnlyThisOne {
    known: Fingerprint,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for OnlyThisOne {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let presented = Fingerprint::of(end_entity);
        if presented == self.known {
            return Ok(ServerCertVerified::assertion());
        }
        let changed = CertificateChanged { expected: self.known, presented };
        Err(rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(changed)))))
    }

    fn verify_tls12_signature(&self, message: &[u8], cert: &CertificateDer<'_>, dss: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(&self, message: &[u8], cert: &CertificateDer<'_>, dss: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_it_is_written() {
        let print = Fingerprint::of(b"certificate");
        assert_eq!(Fingerprint::parse(&print.to_string()).unwrap(), print);
        assert_eq!(Fingerprint::parse(&print.to_string().replace(':', "").to_lowercase()).unwrap(), print);
        assert_eq!(print.to_string().len(), 95);
        for bad in ["", "AB:CD", &"G".repeat(64), &"A".repeat(66)] {
            assert!(Fingerprint::parse(bad).is_err(), "{bad}");
        }
    }
}
