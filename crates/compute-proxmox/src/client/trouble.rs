//! What went wrong, by what we may do next. Proxmox VE answers 500 for nearly everything, a missing
//! guest included, so known texts decide and the code only where there is no known text.

use compute_driver::DriverError;

use super::answer::Fields;

/// A call that did not go as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// There is no guest with this id on this node; it may be on another one.
    #[error("{0}")]
    NoGuest(String),
    /// Somebody else is at work on the guest. Nothing happened.
    #[error("{0}")]
    Locked(String),
    /// The configuration was changed since it was read. Nothing happened.
    #[error("{0}")]
    Changed(String),
    /// The id is taken.
    #[error("{0}")]
    Taken(String),
    /// The guest runs, and must not.
    #[error("{0}")]
    Runs(String),
    /// The guest does not run, and must.
    #[error("{0}")]
    RunsNot(String),
    /// No room on a storage.
    #[error("{0}")]
    Full(String),
    /// There is no such snapshot, or backup, or file.
    #[error("{0}")]
    Nothing(String),
    /// The storage or the guest cannot do this.
    #[error("{0}")]
    Cannot(String),
    /// The guest's agent does not answer.
    #[error("{0}")]
    NoAgent(String),
    /// The token lacks a privilege.
    #[error("{0}")]
    Forbidden(String),
    /// The token is not accepted.
    #[error("the cluster does not accept the token: {0}")]
    Unauthorised(String),
    /// The parameters are wrong, or this version does not know the call.
    #[error("{0}")]
    Invalid(String),
    /// Another certificate came than the one that is pinned; nothing was sent.
    #[error("{address}: the certificate changed: {presented} was presented, {known} is known")]
    Untrusted {
        /// Host and port.
        address: String,
        /// The pinned one.
        known: String,
        /// The one that came.
        presented: String,
    },
    /// Nothing was sent, or nothing could be carried out.
    #[error("{0}")]
    Unreachable(String),
    /// It may have happened.
    #[error("{0}")]
    Lost(String),
    /// Anything else, in the server's words.
    #[error("{0}")]
    Said(String),
}

/// Words that must all be in a text, and what that text means.
type Meaning = (&'static [&'static str], fn(String) -> Trouble);

/// Texts that are known. The first one that fits decides.
const KNOWN: &[Meaning] = &[
    (&["is locked ("], Trouble::Locked),
    (&["can't lock file"], Trouble::Locked),
    (&["got lock timeout"], Trouble::Locked),
    (&["got lock request timeout"], Trouble::Locked),
    (&["unable to acquire lock"], Trouble::Locked),
    (&["detected modified configuration"], Trouble::Changed),
    (&["checksum mismatch"], Trouble::Changed),
    (&["onfiguration file", "does not exist"], Trouble::NoGuest),
    (&["unable to find configuration file"], Trouble::NoGuest),
    (&["no such vm"], Trouble::NoGuest),
    (&["already exists"], Trouble::Taken),
    (&["already defined"], Trouble::Taken),
    (&["tag", "already exist"], Trouble::Taken),
    (&["config file already exists"], Trouble::Taken),
    (&["is running - destroy failed"], Trouble::Runs),
    (&["already running"], Trouble::Runs),
    (&["not running"], Trouble::RunsNot),
    (&["no space left"], Trouble::Full),
    (&["not enough space"], Trouble::Full),
    (&["insufficient free space"], Trouble::Full),
    (&["out of space"], Trouble::Full),
    (&["no free space"], Trouble::Full),
    (&["quota exceeded"], Trouble::Full),
    (&["not enough free space"], Trouble::Full),
    (&["snapshot", "does not exist"], Trouble::Nothing),
    (&["no such volume"], Trouble::Nothing),
    (&["volume", "does not exist"], Trouble::Nothing),
    (&["snapshot feature is not available"], Trouble::Cannot),
    (&["shrinking disks is not supported"], Trouble::Cannot),
    (&["clone feature is not available"], Trouble::Cannot),
    (&["qemu guest agent is not running"], Trouble::NoAgent),
    (&["no qemu guest agent configured"], Trouble::NoAgent),
    (&["guest-ping' failed"], Trouble::NoAgent),
    (&["permission check failed"], Trouble::Forbidden),
    (&["permission denied"], Trouble::Forbidden),
    (&["no quorum"], Trouble::Unreachable),
    (&["cluster not ready"], Trouble::Unreachable),
    (&["hostname lookup"], Trouble::Unreachable),
    (&["no such cluster node"], Trouble::Unreachable),
    (&["no route to host"], Trouble::Unreachable),
];

impl Trouble {
    /// Of a text: a task's exit status or an error's words.
    pub(crate) fn of_text(text: &str) -> Self {
        let lower = text.to_lowercase();
        // The agent's "not running" is about the agent; it must not be taken for the guest's.
        let agent = lower.contains("guest agent");
        let known =
            KNOWN.iter().find(|(words, kind)| words.iter().all(|word| lower.contains(word)) && !(agent && matches!(kind(String::new()), Trouble::RunsNot(_))));
        let text = text.trim().to_owned();
        known.map_or_else(|| Self::Said(text.clone()), |(_, kind)| kind(text.clone()))
    }

    /// Of an answer that is no success. `writes` tells whether the call may have had an effect.
    pub(crate) fn of_answer(status: u16, reason: &str, body: &str, writes: bool) -> Self {
        let text = words(reason, body);
        match status {
            401 => Self::Unauthorised(text),
            403 => Self::Forbidden(text),
            400 => match Self::of_text(&text) {
                Self::Said(text) => Self::Invalid(text),
                known => known,
            },
            501 => Self::Invalid(format!("this version of Proxmox VE does not know the call ({text})")),
            // Made up by the node that passes the call on: the write may have run.
            595..=599 | 502 | 504 if writes => Self::Lost(format!("{status} {text}")),
            595..=599 | 502..=504 => Self::Unreachable(format!("{status} {text}")),
            _ => Self::of_text(&text),
        }
    }
}

/// What the server said: in the body if there is one, and in the reason phrase otherwise.
fn words(reason: &str, body: &str) -> String {
    let body = serde_json::from_str(body).map(Fields::of).ok();
    let said = body.as_ref().and_then(|body| body.text("message")).unwrap_or_else(|| reason.to_owned());
    let said = said.trim().to_owned();
    let errors = body.map(|body| body.inside("errors"));
    let fields = errors.iter().flat_map(|errors| errors.names().map(|name| format!("{name}: {}", errors.words(name).replace('\n', " "))));
    let fields: Vec<_> = fields.collect();
    if fields.is_empty() { said } else { format!("{said} {}", fields.join("; ")) }
}

impl From<Trouble> for DriverError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable(_) | Trouble::Locked(_) | Trouble::Changed(_) | Trouble::NoAgent(_) => Self::unavailable(trouble.to_string()),
            Trouble::Untrusted { address, known, presented } => Self::Untrusted { address, known, presented },
            Trouble::Unauthorised(text) => Self::unauthorised(text),
            Trouble::Lost(text) => Self::outcome_unknown(text),
            Trouble::Full(text) => Self::full(text),
            Trouble::Taken(text) | Trouble::Runs(text) | Trouble::RunsNot(text) | Trouble::Nothing(text) | Trouble::NoGuest(text) => Self::conflict(text),
            Trouble::Forbidden(text) => Self::refused(format!("the token lacks a privilege: {text}")),
            Trouble::Cannot(text) | Trouble::Invalid(text) => Self::refused(text),
            // A task's log follows its exit text.
            Trouble::Said(text) => match text.split_once('\n') {
                Some((reason, log)) => Self::failed(reason, log),
                None => Self::failed(text, ""),
            },
        }
    }
}

/// What the kernel said on the way out: nothing was sent.
impl From<kernel::Error> for Trouble {
    fn from(error: kernel::Error) -> Self {
        Self::Unreachable(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_texts_decide_and_unknown_ones_fail() {
        type Kind = fn(String) -> Trouble;
        let kinds: [(&str, Kind); 14] = [
            ("VM is locked (clone)", Trouble::Locked),
            ("can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout", Trouble::Locked),
            ("VM 150 already running", Trouble::Runs),
            ("VM 100 is running - destroy failed", Trouble::Runs),
            ("VM 100 not running", Trouble::RunsNot),
            ("unable to create VM 100 - VM 100 already exists on node 'x'", Trouble::Taken),
            ("snapshot 's1' does not exist", Trouble::Nothing),
            ("snapshot feature is not available", Trouble::Cannot),
            ("shrinking disks is not supported", Trouble::Cannot),
            ("Configuration file 'nodes/N/qemu-server/999.conf' does not exist", Trouble::NoGuest),
            ("QEMU guest agent is not running", Trouble::NoAgent),
            ("hostname lookup 'pve9' failed - failed to get address info", Trouble::Unreachable),
            ("disk 'scsi5' does not exist", Trouble::Said),
            ("VM quit/powerdown failed - got timeout", Trouble::Said),
        ];
        for (text, kind) in kinds {
            assert_eq!(Trouble::of_text(text), kind(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_missing_guest_is_a_500_and_an_unknown_path_a_501() {
        let missing = Trouble::of_answer(500, "Configuration file 'nodes/N/qemu-server/999.conf' does not exist", "{\"data\":null}", false);
        assert!(matches!(missing, Trouble::NoGuest(_)), "{missing:?}");
        assert!(matches!(Trouble::of_answer(501, "Method 'GET /x' not implemented", "", true), Trouble::Invalid(_)));
    }

    #[test]
    fn an_empty_401_is_explained_by_its_reason_phrase() {
        assert_eq!(Trouble::of_answer(401, "Authentication failed!", "", false), Trouble::Unauthorised("Authentication failed!".to_owned()));
    }

    #[test]
    fn a_400_names_its_parameters() {
        let body = r#"{"errors":{"sshkeys":"invalid format - invalid\nurlencoded string"},"data":null}"#;
        let trouble = Trouble::of_answer(400, "Parameter verification failed.", body, true);
        assert_eq!(trouble.to_string(), "Parameter verification failed. sshkeys: invalid format - invalid urlencoded string");
    }

    #[test]
    fn what_a_proxying_node_made_up_leaves_a_write_unknown() {
        for status in [595, 596, 599, 502, 504] {
            assert!(matches!(Trouble::of_answer(status, "Broken pipe", "", true), Trouble::Lost(_)), "{status}");
            assert!(matches!(Trouble::of_answer(status, "Broken pipe", "", false), Trouble::Unreachable(_)), "{status}");
        }
    }
}
