//! User data: what a machine carries out at its first boot, in the forms that cloud-init knows by their first line
//! (<https://cloudinit.readthedocs.io/en/latest/explanation/format.html>).

use compute_driver::USER_DATA_LIMIT;
use kernel::{Error, Result};

/// First lines that cloud-init takes for a form of its own.
const BEGINS: [&str; 8] =
    ["#!", "#cloud-config", "#cloud-boothook", "#include", "#part-handler", "## template: jinja", "Content-Type: multipart/", "MIME-Version:"];

/// Whether a machine can carry `text` out.
///
/// # Errors
/// `Invalid` on `user_data`, saying what to change.
pub fn check(text: &str) -> Result<()> {
    let wrong = |message: &str| Err(Error::invalid("user_data", message));
    if text.len() > USER_DATA_LIMIT {
        return wrong("use at most 32 KiB; let a script fetch what is larger");
    }
    if !BEGINS.iter().any(|begin| text.starts_with(begin)) {
        return wrong("begin with a line such as #!/bin/sh or #cloud-config");
    }
    if text.contains('\0') {
        return wrong("use text only");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_cloud_init_knows_pass_and_others_are_told_why() {
        for good in ["#!/bin/sh\ntrue\n", "#cloud-config\npackages: [nginx]\n", &format!("#!{}", "x".repeat(USER_DATA_LIMIT - 2))] {
            assert!(check(good).is_ok(), "{}", &good[..10]);
        }
        for (bad, says) in [("", "begin with"), ("apt-get update", "begin with"), (" #!/bin/sh", "begin with"), ("#!/bin/sh\n\0", "text only")] {
            let error = check(bad).unwrap_err();
            assert!(error.fields()[0].field == "user_data" && error.fields()[0].message.contains(says), "{error:?}");
        }
        assert!(check(&format!("#!{}", "x".repeat(USER_DATA_LIMIT - 1))).unwrap_err().fields()[0].message.contains("32 KiB"));
    }
}
