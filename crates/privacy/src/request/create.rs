//! Filing a request. What can be done at once is done in the same transaction.

use kernel::permission::Permission;
use kernel::{Cx, Error, PersonId, Place, Result, Scope, Timestamp, Tx};

use super::events::{REQUEST_ANSWERED, REQUEST_RECEIVED};
use super::model::{Kind, NewRequest, Request, RequestId, State};
use super::{correct, list, store};
use crate::accounts::Owners;
use crate::law::{self, Terms};
use crate::permissions::RequestCreate;
use crate::wiring::Wiring;
use crate::{export, objection, restriction};

/// Files what the person of `at` asks for.
///
/// # Errors
/// `Invalid` with every wrong field; `Conflict` when there is nothing to object to.
pub async fn create(cx: &Cx, at: &Scope<RequestCreate>, new: &NewRequest) -> Result<Request> {
    new.check()?;
    let person = person(at)?;
    let wiring = cx.extension::<Wiring>()?;
    if let Some(correction) = &new.correction {
        correct::check(&wiring, correction)?;
    }
    let owners = Owners::of(cx, wiring.accounts.as_ref(), person).await?;
    let terms = of_place(cx, new.place.as_deref(), new.kind).await?;
    let key = export::new_key(cx)?;
    let id = cx
        .write(async |tx| {
            // A copy is ready within moments, and its own mail says so.
            let quiet = matches!(new.kind, Kind::Access | Kind::Portability);
            let noted = Noted { kind: new.kind, place: new.place.as_deref(), text: new.text.as_deref(), purpose: new.purpose.as_deref(), terms: &terms, quiet };
            match new.kind {
                Kind::Access | Kind::Portability => export::begin(&tx, at, &owners, &key, &noted).await.map(|(_, request)| request),
                Kind::Restriction => restriction::set(&tx, at, person, true, &noted).await,
                Kind::Objection => objection::set(&tx, at, person, &noted).await,
                Kind::Rectification if new.correction.is_some() => correct::begin(&tx, at, &owners, new.correction.as_ref(), &noted).await,
                Kind::Rectification | Kind::Erasure | Kind::Complaint | Kind::Enquiry => note(&tx, at, person, &noted, State::Open).await,
            }
        })
        .await?;
    list::of_person(cx, at, person, id).await
}

/// What is written down of a request.
pub(crate) struct Noted<'a> {
    pub(crate) kind: Kind,
    pub(crate) place: Option<&'a str>,
    pub(crate) text: Option<&'a str>,
    pub(crate) purpose: Option<&'a str>,
    pub(crate) terms: &'a Terms,
    /// Another mail says already that it has arrived.
    pub(crate) quiet: bool,
}

pub(super) fn person<P: Permission>(at: &Scope<P>) -> Result<PersonId> {
    match at.place() {
        Place::Person { person } => Ok(person),
        _ => Err(Error::internal("a person scope without a person")),
    }
}

/// The terms of a request that arrives now, from somebody in `place`.
pub(crate) async fn of_place(cx: &Cx, place: Option<&str>, kind: Kind) -> Result<Terms> {
    let operator = cx.extension::<Wiring>()?.accounts.operator(cx).await?.map(|one| one.country);
    // Who does not say where they live is taken to live where the operator sits.
    let laws = law::applicable(place.or(operator.as_deref()), operator.as_deref())?;
    law::terms(&laws, kind, cx.now())
}

/// Days after which an alarm is raised, and days before the deadline, whichever comes first.
const ALARM_AFTER: u64 = 25;
const ALARM_BEFORE: u64 = 5;
const DAY: u64 = 86_400;

/// When somebody must be shaken awake about a request that is still open.
pub(super) fn alarm_at(received: Timestamp, due: Timestamp) -> Timestamp {
    let days = |count: u64| std::time::Duration::from_secs(count * DAY);
    received.plus(days(ALARM_AFTER)).min(due.minus(days(ALARM_BEFORE))).max(received)
}

/// Writes it down as open, or as done at once, and tells the person.
pub(crate) async fn note<P: Permission>(tx: &Tx, at: &Scope<P>, person: PersonId, new: &Noted<'_>, state: State) -> Result<RequestId> {
    let id: RequestId = tx.cx().new_id();
    let fact = store::insert(tx, id, person, new, state).await?;
    store::tally(tx, new.kind, "received").await?;
    // Exports and erasures are on record under their own ids.
    if !(new.quiet && state.is_open()) {
        audit::record(tx, at, id, format!("Asked for {}", new.kind.key())).await?;
    }
    if state.is_open() && !new.quiet {
        tx.announce(REQUEST_RECEIVED, Place::Person { person }, id, &fact).await?;
    }
    if !state.is_open() {
        store::tally(tx, new.kind, state.key()).await?;
    }
    Ok(id)
}

/// Brings a request to its end; one that has ended stays as it is. `told` says that the person
/// hears of it by mail; what they did themselves a moment ago needs none.
pub(crate) async fn finish(tx: &Tx, id: RequestId, to: State, text: Option<&str>, told: bool) -> Result<()> {
    let Some(row) = store::held(tx, id).await? else { return Ok(()) };
    if !row.state()?.may_become(to) {
        return Ok(());
    }
    let fact = store::close(tx, &row, to, text).await?;
    store::tally(tx, fact.kind, to.key()).await?;
    if told {
        tx.announce(REQUEST_ANSWERED, Place::Person { person: fact.person_id }, id, &fact).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alarm_is_at_day_25_or_five_days_before_the_end() {
        let day = |count: i64| Timestamp(count * 86_400_000_000);
        assert_eq!(alarm_at(day(100), day(131)), day(125));
        assert_eq!(alarm_at(day(100), day(128)), day(123));
        assert_eq!(alarm_at(day(100), day(190)), day(125));
        assert_eq!(alarm_at(day(100), day(103)), day(100));
    }
}
