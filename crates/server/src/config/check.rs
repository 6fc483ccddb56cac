//! Whether a configuration can be used, said before anything is started with it.

use std::path::PathBuf;

use kernel::{Checks, Result};

use super::Config;

impl Config {
    /// What cannot work is an error; what works but is seldom meant is a note.
    ///
    /// # Errors
    /// `Invalid` with every key that is wrong.
    pub fn check(&self) -> Result<Vec<String>> {
        let readable = |file: &Option<PathBuf>| file.as_ref().is_none_or(|file| std::fs::File::open(file).is_ok());
        let url = self.base_url.strip_prefix("https://").or_else(|| self.base_url.strip_prefix("http://"));
        let mut checks = Checks::new();
        checks
            .that(
                url.is_some_and(|rest| !rest.is_empty() && !rest.ends_with('/')),
                "base_url",
                "write it as https://cloud.example.com, without a slash at the end",
            )
            .that(!self.roles.is_empty(), "roles", "name at least one of api, worker, scheduler")
            .that(readable(&self.mail.password_file), "mail.password_file", "the file cannot be read")
            .that(self.mail.from.contains('@'), "mail.from", "write an e-mail address")
            .that(matches!(self.compute.accelerator.as_str(), "auto" | "kvm" | "tcg"), "compute.accelerator", "use auto, kvm or tcg")
            .that((10..=10_000).contains(&self.compute.cpu_overcommit_percent), "compute.cpu_overcommit_percent", "use 10 to 10000")
            .that((10..=1_000).contains(&self.compute.memory_overcommit_percent), "compute.memory_overcommit_percent", "use 10 to 1000")
            .that(self.tls.certificate_file.is_some() == self.tls.key_file.is_some(), "tls", "name both files or none")
            .that(readable(&self.tls.certificate_file), "tls.certificate_file", "the file cannot be read")
            .that(readable(&self.tls.key_file), "tls.key_file", "the file cannot be read")
            .that(self.metrics.listen != Some(self.listen), "metrics.listen", "name another port than that of `listen`")
            .that(
                self.database.is_empty() || ["sqlite:", "postgres://", "postgresql://"].iter().any(|start| self.database.starts_with(start)),
                "database",
                "use sqlite:<path> or postgres://user@host/name",
            );
        checks.also(self.proxies.networks().map(drop));
        checks.done()?;
        let mut notes = Vec::new();
        let public = !self.listen.ip().is_loopback();
        if public && self.tls.certificate_file.is_none() {
            notes.push(
                "listen: everybody can reach this port without TLS; put a proxy in front and listen on 127.0.0.1, or name certificate files under [tls]"
                    .to_owned(),
            );
        }
        if !self.is_https() {
            notes.push("base_url: without https:// cookies are not secure; use this on your own machine only".to_owned());
        }
        if self.is_https() && self.tls.certificate_file.is_none() && self.proxies.trusted.is_empty() {
            notes.push("proxies.trusted: empty, so all visitors behind your proxy share one rate limit and one address in their list of sessions".to_owned());
        }
        if self.payments.test_provider {
            notes.push("payments.test_provider: no real money moves".to_owned());
        }
        if self.database_url().starts_with("sqlite:") && self.roles.len() < 3 {
            notes.push("roles: the embedded database belongs to one process, which should have all roles".to_owned());
        }
        if self.compute.oci
            && let Err(error) = compute_oci::host::check()
        {
            notes.push(format!("compute.oci: no container can run here yet; {error}"));
        }
        Ok(notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Tls;

    #[test]
    fn a_check_names_every_key_that_cannot_work() {
        let config = Config {
            base_url: "cloud.example.com/".to_owned(),
            roles: Vec::new(),
            tls: Tls { certificate_file: Some("/nowhere.pem".into()), key_file: None },
            database: "mysql://x".to_owned(),
            ..Config::default()
        };
        let error = config.check().unwrap_err();
        let mut fields: Vec<&str> = error.fields().iter().map(|field| field.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["base_url", "database", "roles", "tls", "tls.certificate_file"]);
        assert!(Config::default().check().unwrap().iter().any(|note| note.starts_with("base_url")));
    }
}
