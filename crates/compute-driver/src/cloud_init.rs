//! What cloud-init is told, where a driver tells it by itself: the texts of a seed (data source NoCloud), in which the owner's user data is
//! `user-data` and ours stands behind it as `vendor-data`.

use crate::GuestSpec;

/// Who may sign in: the root user with these keys, and with this password where there is one.
///
/// Keys are single lines without control characters ([`GuestSpec::check`]), so they cannot break out of the list.
pub fn settings(spec: &GuestSpec) -> String {
    let keys: String = spec.ssh_keys.iter().map(|key| format!("  - {key}\n")).collect();
    let list = if keys.is_empty() { "ssh_authorized_keys: []\n".to_owned() } else { format!("ssh_authorized_keys:\n{keys}") };
    let password = spec.password.as_ref().map_or_else(String::new, |hash| {
        let hash = hash.as_str();
        format!("ssh_pwauth: true\nchpasswd:\n  expire: false\n  users:\n    - name: root\n      type: hash\n      password: {hash}\n")
    });
    format!("#cloud-config\ndisable_root: false\n{password}{list}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PasswordHash;
    use crate::guest::tests::spec;

    #[test]
    fn keys_are_a_list_and_none_is_an_empty_one() {
        let spec = GuestSpec { ssh_keys: vec!["ssh-ed25519 AAAA me@home".into()], ..spec() };
        assert!(settings(&spec).ends_with("ssh_authorized_keys:\n  - ssh-ed25519 AAAA me@home\n"));
        assert!(settings(&GuestSpec { ssh_keys: vec![], ..spec }).ends_with("ssh_authorized_keys: []\n"));
    }

    #[test]
    fn a_password_is_there_as_its_hash_only() {
        let spec = GuestSpec { password: Some(PasswordHash::parse("$6$saltsalt$abcdefghijklmnop").unwrap()), ..spec() };
        assert!(settings(&spec).contains("      type: hash\n      password: $6$saltsalt$abcdefghijklmnop\n"));
    }
}
