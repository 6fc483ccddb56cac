//! Looks at a cluster for whoever enrols or changes it: each address with its certificate, what there is to choose from, and every
//! privilege that the token lacks. Answered at once, because a form waits for it (decision 0018).

use std::time::Duration;

use futures::future::join_all;
use kernel::egress::Fingerprint;
use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};
use serde_json::Value;
use zeroize::Zeroizing;

use super::kind::{self, Access};
use super::model::{AddressSeen, ClusterAddress, ClusterId, ClusterQuestion, ClusterSurvey, Recheck, check_addresses};
use super::{probe, store};

/// Longest look at a whole cluster: some ten calls.
const LOOK: Duration = Duration::from_secs(60);

/// What the cluster behind `question` is, and what does not fit. Nothing is kept of it.
///
/// # Errors
/// `Invalid` with the field that is wrong, a token that is not accepted included; `Unavailable` when no trusted address answers.
pub async fn check<P: Permission>(cx: &Cx, at: &Scope<P>, question: &ClusterQuestion) -> Result<ClusterSurvey> {
    check_addresses(&question.addresses)?;
    let access = Access {
        addresses: question.addresses.clone(),
        token_id: question.token_id.trim().to_owned(),
        token_secret: Zeroizing::new(question.token_secret.0.trim().to_owned()),
    };
    look(cx, at, access, question.mapping.as_ref(), "A cluster was looked at before it is enrolled").await
}

/// The same for a cluster that is enrolled, with the token that is kept and at the addresses that are kept.
///
/// # Errors
/// `NotFound`; as [`check`].
pub async fn recheck<P: Permission>(cx: &Cx, at: &Scope<P>, id: ClusterId, wanted: &Recheck) -> Result<ClusterSurvey> {
    let row = store::by_id(cx.db(), at, id).await?;
    let (access, kept) = (row.access(cx)?, row.mapping()?);
    look(cx, at, access, Some(wanted.mapping.as_ref().unwrap_or(&kept)), "An enrolled cluster was looked at again").await
}

async fn look<P: Permission>(cx: &Cx, at: &Scope<P>, access: Access, mapping: Option<&Value>, said: &str) -> Result<ClusterSurvey> {
    let kind = kind::of(cx)?;
    kind.0.check_form(&access, mapping)?;
    let _turn = probe::turn()?;
    let target = access.addresses.first().map(ClusterAddress::in_words).unwrap_or_default();
    cx.write(async |tx| audit::record(&tx, at, &target, said).await).await?;
    let looked = tokio::time::timeout(LOOK, async {
        let addresses = join_all(access.addresses.iter().map(|address| seen(cx, address))).await;
        // The token goes nowhere where another certificate was shown, so there is nobody left to ask.
        if !addresses.iter().any(|address| address.trusted && address.presented.is_some()) {
            return Ok(ClusterSurvey { addresses, ..ClusterSurvey::default() });
        }
        let survey = kind.0.survey(cx, access, mapping).await.map_err(kind::told)?;
        let complete = survey.missing.iter().all(|one| one.optional);
        let ready = mapping.is_some() && complete && survey.problems.is_empty() && addresses.iter().all(|address| address.problem.is_none());
        Ok(ClusterSurvey { addresses, ready, ..survey })
    });
    looked.await.unwrap_or_else(|_| Err(Error::unavailable("The cluster answers too slowly. Try again, or look at its load first.")))
}

async fn seen(cx: &Cx, address: &ClusterAddress) -> AddressSeen {
    let presented = probe::presented(cx, &address.host, address.port).await;
    let trusted = presented.as_ref().is_ok_and(|print| address.fingerprint.is_none_or(|known| known == *print));
    let problem = match &presented {
        Ok(print) if !trusted => Some(changed(print)),
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    };
    AddressSeen { host: address.host.clone(), port: address.port, presented: presented.ok(), trusted, problem }
}

fn changed(presented: &Fingerprint) -> String {
    format!("It presents another certificate, {presented}. Nothing is sent there until somebody has compared it with what the node shows.")
}
