//! The policy and its proofs at the shell: rendered, verified against the live system, and an
//! erasure certificate checked offline.

use std::path::Path;

use server::{App, Config};

use crate::admin::Format;
use crate::client::show;
use crate::outcome::{Outcome, fail};

/// Prints what is published, with its version and date.
pub async fn render(app: &App, format: Format) -> Outcome {
    let format = match format {
        Format::Html => privacy::policy::Format::Html,
        Format::Md => privacy::policy::Format::Md,
        Format::Json => privacy::policy::Format::Json,
        Format::Fideslang => privacy::policy::Format::Fideslang,
        Format::Dpv => privacy::policy::Format::Dpv,
    };
    show::say(privacy::policy::published(&app.cx, privacy::policy::Which::InForce, format).await?.0);
    Ok(())
}

/// Publishes the policy of this release beside one that still runs.
pub async fn announce(config: &Config, json: bool) -> Outcome {
    let version = App::announce(config).await?;
    if json {
        return show::json(&serde_json::to_value(&version)?);
    }
    show::say(format!("Version {} is in force from {}; see {}/privacy/versions/{}.", version.number, version.effective_at, config.base_url, version.number));
    Ok(())
}

/// Runs every promise as a query.
pub async fn verify(app: &App, json: bool) -> Outcome {
    let promises = privacy::promise::verify(&app.cx).await?;
    if json {
        show::json(&serde_json::to_value(&promises)?)?;
    } else {
        for promise in &promises {
            show::say(format!("{} {}\n    {}", if promise.holds { "✓" } else { "✗" }, promise.text, promise.evidence));
        }
    }
    match promises.iter().filter(|promise| !promise.holds).count() {
        0 => Ok(()),
        broken => fail(format!("{broken} of {} promises do not hold.", promises.len())),
    }
}

/// Checks a certificate without asking anybody.
pub fn verify_certificate(file: &Path, json: bool) -> Outcome {
    let report = privacy::certificate::verify_offline(&std::fs::read_to_string(file)?)?;
    if json {
        return show::json(&serde_json::to_value(&report)?);
    }
    show::say(&report);
    Ok(())
}
