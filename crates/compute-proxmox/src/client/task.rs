//! Tasks. A write answers with the id of a task, and 200 means "task made", never "done".

use super::answer::Fields;
use super::trouble::Trouble;

/// A task's id: `UPID:node:pid:pstart:starttime:type:id:user[!token]:`, the numbers in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upid {
    text: String,
    /// The node that works on it, which is where it is asked for.
    pub(crate) node: String,
    /// Seconds since 1970 by that node's clock.
    pub(crate) started: u64,
    /// `qmclone`, `vzdump` and so on.
    pub(crate) kind: String,
    /// Who asked for it.
    pub(crate) user: String,
}

impl Upid {
    /// `None` for anything that is no task: some calls answer with null in some versions.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        if parts.next()? != "UPID" {
            return None;
        }
        let (node, _pid, _pstart, started, kind, _id, user) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let started = u64::from_str_radix(started, 16).ok()?;
        (!node.is_empty()).then(|| Self { text: text.to_owned(), node: node.to_owned(), started, kind: kind.to_owned(), user: user.to_owned() })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// How a task stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// It goes on.
    Running,
    /// It came to a good end.
    Succeeded,
    /// It came to a bad one.
    Failed(Trouble),
}

/// Reads `tasks/{upid}/status`. A word that is not known is "running": never success.
pub(crate) fn stand(answer: &Fields) -> Stand {
    if answer.words("status") != "stopped" {
        return Stand::Running;
    }
    match answer.words("exitstatus").as_str() {
        "OK" => Stand::Succeeded,
        said if said.starts_with("WARNINGS") => Stand::Succeeded,
        // A worker that was killed leaves no exit status behind.
        "" | "unexpected status" | "unknown" => Stand::Failed(Trouble::Lost("the task ended without saying how".to_owned())),
        said => Stand::Failed(Trouble::of_text(said)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_task_is_asked_for_at_the_node_in_its_id() {
        let upid = Upid::parse("UPID:pve2:0000C34F:0007B8E3:65A1B2C3:qmclone:9000:fairhold@pve!one:").unwrap();
        assert_eq!((upid.node.as_str(), upid.started, upid.kind.as_str(), upid.user.as_str()), ("pve2", 0x65A1_B2C3, "qmclone", "fairhold@pve!one"));
        for bad in ["", "null", "UPID:", "UPID::1:2:3:t:i:u:", "UPID:n:1:2:zz:t:i:u:", "UPID:n:1:2:3:t:i"] {
            assert_eq!(Upid::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_ok_and_warnings_are_success() {
        let said = |status: &str, exit: &str| stand(&Fields::of(json!({ "status": status, "exitstatus": exit })));
        assert_eq!(said("stopped", "OK"), Stand::Succeeded);
        assert_eq!(said("stopped", "WARNINGS: 2"), Stand::Succeeded);
        assert_eq!(said("running", ""), Stand::Running);
        assert_eq!(said("a-word-of-2030", "OK"), Stand::Running);
        assert!(matches!(said("stopped", "VM is locked (clone)"), Stand::Failed(Trouble::Locked(_))));
        assert!(matches!(said("stopped", "something new"), Stand::Failed(Trouble::Said(_))));
        assert!(matches!(said("stopped", ""), Stand::Failed(Trouble::Lost(_))));
    }
}
