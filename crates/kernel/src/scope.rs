//! `Scope<P>`: proof that someone may do `P` in one place.
//! Store functions ask for a scope, so a query without a tenant does not compile.

use std::marker::PhantomData;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::error::{Error, Result};
use crate::http::{Credentials, Wanted};
use crate::id::{OrganisationId, PersonId, ProjectId};
use crate::permission::{AtOrganisation, AtProject, Level, Open, Permission, PermissionInfo, Reach};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A person in a browser session.
    Person {
        /// Who.
        person: PersonId,
    },
    /// A program with a person's API token.
    Token {
        /// Whose token.
        person: PersonId,
        /// Which token, as shown to people.
        token: String,
    },
    /// A member of the operator's staff.
    Staff {
        /// Who.
        person: PersonId,
    },
    /// Fairhold itself: a workflow, job or reaction.
    System {
        /// Its name.
        name: String,
    },
    /// Nobody known.
    Visitor,
}

impl Actor {
    /// The person behind the act, if there is one.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person { person } | Self::Token { person, .. } | Self::Staff { person } => Some(*person),
            Self::System { .. } | Self::Visitor => None,
        }
    }

    /// True for the operator's staff.
    pub fn is_staff(&self) -> bool {
        matches!(self, Self::Staff { .. })
    }
}

/// Where something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Place {
    /// In a project.
    Project {
        /// Its organisation.
        organisation: OrganisationId,
        /// The project.
        project: ProjectId,
    },
    /// In an organisation.
    Organisation {
        /// The organisation.
        organisation: OrganisationId,
    },
    /// On one's own person.
    Person {
        /// The person.
        person: PersonId,
    },
    /// On the whole installation.
    Platform,
}

impl Place {
    /// The organisation, if the place is in one.
    pub fn organisation(&self) -> Option<OrganisationId> {
        match self {
            Self::Project { organisation, .. } | Self::Organisation { organisation } => Some(*organisation),
            Self::Person { .. } | Self::Platform => None,
        }
    }

    fn fits(&self, level: Level) -> bool {
        matches!(
            (self, level),
            (Self::Project { .. }, Level::Project)
                | (Self::Organisation { .. }, Level::Organisation)
                | (Self::Person { .. }, Level::Person)
                | (Self::Platform, Level::Platform)
        )
    }
}

/// What the authority of the identity domain found: who, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// Who acts.
    pub actor: Actor,
    /// Where.
    pub place: Place,
    /// No consent, objection or restriction of the place's organisation stands, so gates need not ask for them once more.
    pub without_choices: bool,
}

/// What a grant says about choices is believed this long: a request's time, not a connection's.
const BELIEVED_FOR: Duration = Duration::from_secs(5);

/// Proof that `actor` holds `P` at `place`. Made by the HTTP extractor from a grant of the
/// authority; workflows and reactions act under [`ByWorkflow`] and [`ByEvent`], and what anybody
/// may do needs no grant ([`Scope::open`]).
#[derive(Debug, Clone)]
pub struct Scope<P: Permission> {
    actor: Actor,
    place: Place,
    /// When it was seen that the place's organisation has made no choice that stands.
    without_choices: Option<Instant>,
    permission: PhantomData<P>,
}

impl<P: Permission> Scope<P> {
    /// Turns the authority's answer into the proof.
    ///
    /// # Errors
    /// `Internal` when the place is of another level than `P`: then the authority is at fault.
    pub(crate) fn proven(granted: Granted) -> Result<Self> {
        if !granted.place.fits(P::INFO.level) {
            return Err(Error::internal(format!("{} was granted at the wrong level", P::INFO.name)));
        }
        let without_choices = granted.without_choices.then(Instant::now);
        Ok(Self { actor: granted.actor, place: granted.place, without_choices, permission: PhantomData })
    }

    /// Asks the authority whether the sender of `credentials` holds `P` in the named place; for
    /// things whose place is known only once their row is read.
    ///
    /// # Errors
    /// Those of [`Authority::grant`](crate::http::Authority::grant).
    pub async fn ask(cx: &Cx, credentials: &Credentials, project: Option<ProjectId>, organisation: Option<OrganisationId>) -> Result<Self> {
        let wanted = Wanted { permission: P::INFO, project, organisation };
        Self::proven(cx.authority().grant(cx, credentials, wanted).await?)
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Where.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The organisation of the place, if it was seen just now that no choice of its stands.
    pub(crate) fn without_choices(&self) -> Option<OrganisationId> {
        self.without_choices.filter(|seen| seen.elapsed() < BELIEVED_FOR).and_then(|_| self.place.organisation())
    }

    /// The permission's description.
    pub fn permission(&self) -> PermissionInfo {
        P::INFO
    }
}

impl<P: Open> Scope<P> {
    /// What anybody may do, done by `actor` at `place`: a visitor, or the person that the act has
    /// just proved. For the record and the gate only, since no store grants anything to it.
    pub fn open(actor: Actor, place: Place) -> Self {
        Self { actor, place, without_choices: None, permission: PhantomData }
    }

    /// Somebody acts on themselves, having just proved who they are: with a password or a link.
    pub fn by_oneself(person: PersonId) -> Self {
        Self::open(Actor::Person { person }, Place::Person { person })
    }

    /// Somebody whom nobody knows acts on `person`, as with a wrong password.
    pub fn by_visitor_on(person: PersonId) -> Self {
        Self::open(Actor::Visitor, Place::Person { person })
    }
}

impl<P: AtProject> Scope<P> {
    /// The project.
    ///
    /// # Errors
    /// Never for a scope made by this crate; `Internal` guards against a future fault.
    pub fn project_id(&self) -> Result<ProjectId> {
        match self.place {
            Place::Project { project, .. } => Ok(project),
            _ => Err(Error::internal("a project scope without a project")),
        }
    }
}

impl<P: AtOrganisation> Scope<P> {
    /// The organisation; errors as [`Scope::project_id`].
    pub fn organisation_id(&self) -> Result<OrganisationId> {
        self.place.organisation().ok_or_else(|| Error::internal("an organisation scope without an organisation"))
    }
}

macro_rules! internal_permission {
    ($(#[$doc:meta])* $name:ident, $text:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Permission for $name {
            const INFO: PermissionInfo = PermissionInfo { name: $text, level: Level::Project, reach: Reach::Manage };
        }
        impl AtProject for $name {}
        impl AtOrganisation for $name {}

        impl Scope<$name> {
            /// Acts for Fairhold itself at `place`; `name` is the workflow, job or reaction.
            pub fn acting(name: &str, place: Place) -> Self {
                Self { actor: Actor::System { name: name.to_owned() }, place, without_choices: None, permission: PhantomData }
            }
        }
    };
}

internal_permission!(
    /// Held by durable workflows and jobs, in the place that their input names.
    ByWorkflow, "system.workflow");
internal_permission!(
    /// Held by reactions, in the place that the event names.
    ByEvent, "system.event");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;
    use uuid::Uuid;

    crate::permission!(
        /// For the test.
        pub Look = "test.thing.view", Project, View);

    #[test]
    fn a_grant_of_another_level_proves_nothing() {
        let granted = Granted { actor: Actor::Visitor, place: Place::Platform, without_choices: false };
        assert!(Scope::<Look>::proven(granted).is_err());
    }

    crate::permission!(
        /// For the test.
        pub Knock = "test.door.knock", Open, Use);

    #[test]
    fn what_is_open_to_all_needs_no_grant_and_gets_none() {
        let person = PersonId::from_uuid(Uuid::from_u128(3));
        assert_eq!(Scope::<Knock>::by_oneself(person).actor(), &Actor::Person { person });
        assert_eq!(Scope::<Knock>::by_visitor_on(person).actor(), &Actor::Visitor);
        for place in [Place::Platform, Place::Person { person }] {
            assert!(Scope::<Knock>::proven(Granted { actor: Actor::Visitor, place, without_choices: false }).is_err());
        }
    }

    #[test]
    fn a_project_scope_names_both() {
        let place = Place::Project { organisation: OrganisationId::from_uuid(Uuid::from_u128(1)), project: ProjectId::from_uuid(Uuid::from_u128(2)) };
        let scope = Scope::<Look>::proven(Granted { actor: Actor::Visitor, place, without_choices: false }).unwrap();
        assert_eq!(scope.project_id().unwrap(), ProjectId::from_uuid(Uuid::from_u128(2)));
        assert_eq!(scope.organisation_id().unwrap(), OrganisationId::from_uuid(Uuid::from_u128(1)));
    }
}
