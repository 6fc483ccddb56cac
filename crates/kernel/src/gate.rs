//! The one way to open sealed values. A gate is made for one actor and purpose and the values at
//! hand; it has looked up keys, choices, restrictions and grants once, and then answers in memory.
//! A staff member's gate has written to the access log before it opens anything.

use std::collections::{HashMap, HashSet};

use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cx::Cx;
use crate::error::{Error, Result};
use crate::id::{Id, OrganisationId, PersonId};
use crate::map::{Plane, Purpose, purpose};
use crate::permission::Permission;
use crate::scope::{Actor, Scope};
use crate::seal::{KeyId, KeyOwner};
use crate::time::Timestamp;

/// The table `kernel_choice`: consents, objections and restrictions of a person or organisation.
pub(crate) mod choice {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "kernel_choice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub owner_id: Uuid,
        /// `consent`, `objection` or `restriction`.
        pub kind: String,
        /// The purpose's key; empty for a restriction of everything.
        pub purpose: String,
        pub given: bool,
        pub policy_version: String,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `kernel_access`: reads of personal values by staff, seen by the owner.
pub(crate) mod access {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "kernel_access")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub owner_kind: String,
        pub owner_id: Uuid,
        pub staff_id: Uuid,
        pub purpose: String,
        pub permission: String,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What is known about one owner when a gate is made.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Purposes consented to.
    pub consents: HashSet<String>,
    /// Purposes objected to.
    pub objections: HashSet<String>,
    /// Processing is restricted (GDPR Art. 18).
    pub restricted: bool,
}

/// Who opens a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opener {
    /// The person whose value it is.
    Owner,
    /// A member of the operator's staff.
    Staff,
    /// A workflow, a job, another member.
    Other,
}

/// Why a value stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The use is not allowed, for this reason.
    Denied(&'static str),
    /// The person has had all use restricted.
    Restricted,
}

impl Refusal {
    /// For the log.
    const fn why(self) -> &'static str {
        match self {
            Self::Denied(why) => why,
            Self::Restricted => "processing is restricted at the person's request",
        }
    }
}

/// Decides whether `entry` may be opened for `purpose`; the reason if not. Pure, so that it can be tested alone.
///
/// A restriction leaves storage, legal claims and the person's rights (GDPR Art. 18(2)). What people
/// look at themselves is their own access: neither restriction nor objection stands in its way, but
/// an optional use does not become theirs by happening in their request.
///
/// # Errors
/// The [`Refusal`].
pub fn decide(entry: &crate::map::Entry, wanted: &Purpose, facts: &Facts, opener: Opener) -> std::result::Result<(), Refusal> {
    if !entry.serves(wanted.key) && wanted.key != purpose::RIGHTS.key {
        return Err(Refusal::Denied("the data map does not allow this purpose"));
    }
    if wanted.optional && !facts.consents.contains(wanted.key) {
        return Err(Refusal::Denied("no consent was given"));
    }
    let own_access = opener == Opener::Owner && !wanted.optional;
    if facts.objections.contains(wanted.key) && !own_access {
        return Err(Refusal::Denied("the person has objected"));
    }
    let always = [purpose::LEGAL.key, purpose::RIGHTS.key];
    if facts.restricted && !own_access && !always.contains(&wanted.key) {
        return Err(Refusal::Restricted);
    }
    if opener == Opener::Staff && entry.plane == Plane::Customer {
        return Err(Refusal::Denied("customer content needs a grant by the customer"));
    }
    Ok(())
}

/// Opens the values that it was made for.
pub struct Gate {
    cx: Cx,
    purpose: &'static Purpose,
    staff: bool,
    /// Who looks, unless it is Fairhold itself.
    person: Option<PersonId>,
    keys: HashMap<KeyId, crate::seal::Opened>,
    facts: HashMap<Uuid, Facts>,
}

impl Gate {
    /// Prepares opening `sealed` for `purpose`: at most two statements whatever their number, most often none,
    /// and one write first if the actor is staff and looks at somebody else.
    ///
    /// # Errors
    /// Database errors; a wrong purpose shows only when a value is opened.
    // Boxed, so that the iterator of the caller is not part of the future: closures over references
    // in it would make futures of handlers "not general enough" to be sent between threads.
    pub fn new<'a, P: Permission>(
        cx: &'a Cx,
        at: &'a Scope<P>,
        purpose: &'static Purpose,
        sealed: impl IntoIterator<Item = &'a [u8]>,
    ) -> BoxFuture<'a, Result<Self>> {
        let ids: HashSet<KeyId> = sealed.into_iter().filter_map(crate::seal::key_id).collect();
        Box::pin(async move {
            let keys = cx.keys().open_all(cx.db(), ids).await?;
            let owners: HashSet<KeyOwner> = keys.values().map(|opened| opened.owner).collect();
            let staff = at.actor().is_staff();
            let facts = facts(cx.db(), owners.iter().copied().filter(|owner| matters(*owner, at, purpose))).await?;
            if let (true, Some(person)) = (staff, at.actor().person()) {
                let seen: Vec<KeyOwner> = owners.into_iter().filter(|owner| owner.uuid() != person.uuid()).collect();
                log_access(cx, at, purpose, &seen).await?;
            }
            Ok(Self { cx: cx.clone(), purpose, staff, person: at.actor().person(), keys, facts })
        })
    }

    /// Opens a value of the entry `name` without knowing its type: exports walk the map and know no domain's fields.
    ///
    /// # Errors
    /// As [`Sealed::open`](crate::seal::Sealed::open).
    pub fn open_json(&self, name: &str, bytes: &[u8]) -> Result<serde_json::Value> {
        let plain = self.open(name, bytes)?;
        serde_json::from_slice(&plain).map_err(|error| Error::internal("a sealed value is damaged").caused_by(error))
    }

    /// Opens one value of the column `name`.
    pub(crate) fn open(&self, name: &str, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let entry = self.cx.map().entry(name).ok_or_else(|| Error::internal(format!("{name} is not in the data map")))?;
        let opened = crate::seal::key_id(bytes)
            .and_then(|id| self.keys.get(&id))
            .ok_or_else(|| Error::not_found("value").caused_by(format!("the key of {name} was destroyed or not asked for")))?;
        let nothing = Facts::default();
        let facts = self.facts.get(&opened.owner.uuid()).unwrap_or(&nothing);
        let opener = match (opened.owner, self.person) {
            (KeyOwner::Person(owner), Some(person)) if owner == person => Opener::Owner,
            _ if self.staff => Opener::Staff,
            _ => Opener::Other,
        };
        decide(entry, self.purpose, facts, opener).map_err(|refusal| {
            tracing::warn!(entry = name, purpose = self.purpose.key, why = refusal.why(), "gate refused");
            match refusal {
                Refusal::Denied(why) => Error::denied(format!("This may not be read: {why}.")),
                Refusal::Restricted => Error::restricted(),
            }
        })?;
        opened.key.open(name, bytes)
    }
}

/// Whether choices of `owner` can change what [`decide`] says: not where the grant saw that there are none, and not what people
/// look at themselves.
fn matters<P: Permission>(owner: KeyOwner, at: &Scope<P>, purpose: &Purpose) -> bool {
    match owner {
        KeyOwner::Organisation(owner) => at.without_choices() != Some(owner),
        KeyOwner::Person(owner) => purpose.optional || at.actor().person() != Some(owner),
    }
}

async fn facts(db: &impl ConnectionTrait, owners: impl Iterator<Item = KeyOwner>) -> Result<HashMap<Uuid, Facts>> {
    let mut all: HashMap<Uuid, Facts> = HashMap::new();
    let owners: Vec<Uuid> = owners.map(KeyOwner::uuid).collect();
    if owners.is_empty() {
        return Ok(all);
    }
    // Only what is asked here: this runs at every request that shows a personal value.
    let query = choice::Entity::find().select_only().columns([choice::Column::OwnerId, choice::Column::Kind, choice::Column::Purpose]);
    let query = query.filter(choice::Column::OwnerId.is_in(owners)).filter(choice::Column::Given.eq(true));
    for (owner, kind, purpose) in query.into_tuple::<(Uuid, String, String)>().all(db).await? {
        let facts = all.entry(owner).or_default();
        match kind.as_str() {
            "consent" => {
                facts.consents.insert(purpose);
            }
            "objection" => {
                facts.objections.insert(purpose);
            }
            _ => facts.restricted = true,
        }
    }
    Ok(all)
}

async fn log_access<P: Permission>(cx: &Cx, at: &Scope<P>, purpose: &'static Purpose, owners: &[KeyOwner]) -> Result<()> {
    let Actor::Staff { person } = at.actor() else { return Ok(()) };
    if owners.is_empty() {
        return Ok(());
    }
    let staff = person.uuid();
    cx.write(async |tx| {
        let rows = owners.iter().map(|owner| access::ActiveModel {
            id: Set(tx.cx().new_uuid()),
            owner_kind: Set(owner.kind().to_owned()),
            owner_id: Set(owner.uuid()),
            staff_id: Set(staff),
            purpose: Set(purpose.key.to_owned()),
            permission: Set(P::INFO.name.to_owned()),
            at: Set(tx.cx().now().0),
        });
        access::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
        Ok(())
    })
    .await
}

/// One read of somebody's values by staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Its id; later reads have later ids.
    pub id: Uuid,
    /// Whose values.
    pub owner: KeyOwner,
    /// Who looked.
    pub staff: PersonId,
    /// Key of the purpose.
    pub purpose: String,
    /// The permission that was used.
    pub permission: String,
    /// When.
    pub at: Timestamp,
}

/// Up to `limit` reads of the values of `owners` by staff, newest first, those before `before`.
///
/// # Errors
/// Database errors.
pub async fn accesses(db: &impl ConnectionTrait, owners: &[KeyOwner], before: Option<Uuid>, limit: u64) -> Result<Vec<Access>> {
    let mut wanted =
        access::Entity::find().filter(access::Column::OwnerId.is_in(owners.iter().map(|owner| owner.uuid()))).order_by_desc(access::Column::Id).limit(limit);
    if let Some(before) = before {
        wanted = wanted.filter(access::Column::Id.lt(before));
    }
    let rows = wanted.all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| Access {
            id: row.id,
            owner: if row.owner_kind == "organisation" {
                KeyOwner::Organisation(OrganisationId::from_uuid(row.owner_id))
            } else {
                KeyOwner::Person(PersonId::from_uuid(row.owner_id))
            },
            staff: PersonId::from_uuid(row.staff_id),
            purpose: row.purpose,
            permission: row.permission,
            at: Timestamp(row.at),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::{Entry, Use, category};

    const USES: &[Use] = &[Use::contract(&purpose::ACCOUNT), Use::consent(&purpose::MARKETING)];
    const ENTRY: Entry = Entry::personal("email", &category::EMAIL, USES);

    #[test]
    fn a_purpose_outside_the_map_opens_nothing() {
        assert!(decide(&ENTRY, &purpose::ACCOUNT, &Facts::default(), Opener::Other).is_ok());
        assert!(decide(&ENTRY, &purpose::BILLING, &Facts::default(), Opener::Other).is_err());
    }

    #[test]
    fn an_optional_purpose_waits_for_consent() {
        let mut facts = Facts::default();
        assert!(decide(&ENTRY, &purpose::MARKETING, &facts, Opener::Other).is_err());
        facts.consents.insert(purpose::MARKETING.key.to_owned());
        assert!(decide(&ENTRY, &purpose::MARKETING, &facts, Opener::Other).is_ok());
        facts.objections.insert(purpose::MARKETING.key.to_owned());
        assert!(decide(&ENTRY, &purpose::MARKETING, &facts, Opener::Other).is_err());
    }

    #[test]
    fn a_restriction_leaves_rights_claims_and_own_access_only() {
        let facts = Facts { restricted: true, consents: [purpose::MARKETING.key.to_owned()].into(), ..Facts::default() };
        for opener in [Opener::Other, Opener::Staff] {
            assert_eq!(decide(&ENTRY, &purpose::ACCOUNT, &facts, opener), Err(Refusal::Restricted));
            assert_eq!(decide(&ENTRY, &purpose::RIGHTS, &facts, opener), Ok(()));
        }
        assert_eq!(decide(&ENTRY, &purpose::ACCOUNT, &facts, Opener::Owner), Ok(()));
        assert_eq!(decide(&ENTRY, &purpose::MARKETING, &facts, Opener::Owner), Err(Refusal::Restricted), "not their look, though in their request");
    }

    #[test]
    fn an_objection_stops_one_purpose_and_leaves_the_others() {
        let facts = Facts { objections: [purpose::ACCOUNT.key.to_owned()].into(), ..Facts::default() };
        const BOTH: Entry = Entry::personal("email", &category::EMAIL, &[Use::contract(&purpose::ACCOUNT), Use::contract(&purpose::BILLING)]);
        assert!(decide(&BOTH, &purpose::ACCOUNT, &facts, Opener::Other).is_err());
        assert!(decide(&BOTH, &purpose::BILLING, &facts, Opener::Other).is_ok());
        assert!(decide(&BOTH, &purpose::ACCOUNT, &facts, Opener::Owner).is_ok());
    }

    #[test]
    fn staff_do_not_open_customer_content() {
        let entry = ENTRY.customer_plane();
        assert!(decide(&entry, &purpose::ACCOUNT, &Facts::default(), Opener::Staff).is_err());
        assert!(decide(&entry, &purpose::ACCOUNT, &Facts::default(), Opener::Other).is_ok());
    }
}
