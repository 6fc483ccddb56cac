//! Signing up: the person, an organisation of their own and a first project exist together or not
//! at all. The answer never tells whether an account existed: its owner hears of it by mail.

use kernel::{Blind, Cx, KeyOwner, Kind, OrganisationId, PersonId, Place, ProjectId, Result, Scope, Sealed, Tx};

use super::fields::Email;
use super::model::SignUp;
use super::store::{self, Person};
use crate::events::{PERSON_SIGN_UP_REPEATED, PERSON_SIGNED_UP, PersonFact, PersonSignedUp};
use crate::invitation;
use crate::organisation::{self, Founding};
use crate::permissions::PersonSignUp;

/// What a stored account is made from.
pub(crate) struct Account<'a> {
    pub(crate) person: PersonId,
    pub(crate) organisation: OrganisationId,
    pub(crate) project: ProjectId,
    pub(crate) email: &'a str,
    pub(crate) name: &'a str,
    pub(crate) password: &'a str,
    /// The operator's owner; everybody else has no role among the staff.
    pub(crate) owns_platform: bool,
}

/// Signs somebody up. Succeeds for an address with an account too.
///
/// # Errors
/// `Invalid` with every wrong field.
pub async fn sign_up(cx: &Cx, new: &SignUp) -> Result<()> {
    let new = new.checked()?;
    // Hashed before anything is looked up: both outcomes take as long.
    let password = super::hash_password(cx, &new.password).await?;
    let account = Account {
        person: cx.new_id(),
        organisation: cx.new_id(),
        project: cx.new_id(),
        email: &new.email,
        name: &new.name,
        password: &password,
        owns_platform: false,
    };
    let invitation = new.invitation.as_deref();
    match store_or_tell(cx, &account, invitation).await {
        // Somebody else signed up with the address in the same instant: now it is found.
        Err(error) if error.kind() == Kind::Conflict => store_or_tell(cx, &account, invitation).await,
        other => other,
    }
}

async fn store_or_tell(cx: &Cx, account: &Account<'_>, invitation: Option<&str>) -> Result<()> {
    cx.write(async |tx| {
        if let Some(known) = store::by_email(tx.cx(), tx.db(), account.email).await? {
            audit::refused(&tx, &Scope::<PersonSignUp>::by_visitor_on(known.id), known.id, "Tried to sign up with the address of an account").await?;
            return tx.announce(PERSON_SIGN_UP_REPEATED, Place::Person { person: known.id }, known.id, &PersonFact { person_id: known.id }).await;
        }
        let Some(secret) = invitation else { return create(&tx, account).await };
        let taken = invitation::take(&tx, account.person, secret).await?;
        create(&tx, account).await?;
        // Whoever holds the link reads mail at the address that it went to.
        if taken.email == account.email {
            store::set_verified(tx.db(), account.person, tx.cx().now()).await?;
        }
        taken.join(&tx, account.person).await
    })
    .await
}

/// Stores the account with its organisation and project, and announces it.
pub(crate) async fn create(tx: &Tx, account: &Account<'_>) -> Result<()> {
    let cx = tx.cx();
    let owner = KeyOwner::Person(account.person);
    let person = Person {
        id: account.person,
        email: Sealed::seal(tx, owner, &account.email.to_owned()).await?,
        name: Sealed::seal(tx, owner, &account.name.to_owned()).await?,
        password: account.password.to_owned(),
        verified: account.owns_platform,
        over_16_confirmed_at: (!account.owns_platform).then(|| cx.now()),
        staff_role: account.owns_platform.then_some(super::StaffRole::Owner),
    };
    store::insert(tx.db(), Blind::of::<Email>(cx.keys(), account.email)?, person, cx.now()).await?;
    let founding = Founding { id: account.organisation, project: account.project, owner: account.person, name: format!("{}'s organisation", account.name) };
    organisation::found(tx, &founding).await?;
    let fact = PersonSignedUp { person_id: account.person, organisation_id: account.organisation, project_id: account.project };
    let place = Place::Person { person: account.person };
    audit::record(tx, &Scope::<PersonSignUp>::by_oneself(account.person), account.person, "Signed up").await?;
    tx.announce(PERSON_SIGNED_UP, place, account.person, &fact).await
}
