//! An authority that grants everything to one actor in one place, both chosen by the test.

use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use kernel::http::{Authority, Credentials, Wanted};
use kernel::id::Id;
use kernel::permission::Level;
use kernel::scope::Granted;
use kernel::{Actor, Cx, OrganisationId, PersonId, Place, ProjectId, Result};
use uuid::Uuid;

/// Who asks, and where.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// Whose person-level scopes.
    pub person: PersonId,
    /// Which organisation.
    pub organisation: OrganisationId,
    /// Which project.
    pub project: ProjectId,
}

/// Grants everything to its caller.
#[derive(Debug, Clone)]
pub struct TestAuthority(Arc<Mutex<Caller>>);

impl TestAuthority {
    pub(crate) fn new() -> Self {
        let person = PersonId::from_uuid(Uuid::now_v7());
        Self(Arc::new(Mutex::new(Caller {
            actor: Actor::Person { person },
            person,
            organisation: OrganisationId::from_uuid(Uuid::now_v7()),
            project: ProjectId::from_uuid(Uuid::now_v7()),
        })))
    }

    /// The present caller.
    pub fn caller(&self) -> Caller {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on `person` asks, in `organisation` and `project`.
    pub fn become_person(&self, person: PersonId, organisation: OrganisationId, project: ProjectId) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Caller { actor: Actor::Person { person }, person, organisation, project };
    }

    /// From now on a member of staff asks, in the same place.
    pub fn become_staff(&self, person: PersonId) {
        let mut caller = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        caller.actor = Actor::Staff { person };
        caller.person = person;
    }
}

impl Authority for TestAuthority {
    fn grant<'a>(&'a self, _: &'a Cx, _: &'a Credentials, wanted: Wanted) -> BoxFuture<'a, Result<Granted>> {
        let caller = self.caller();
        let organisation = wanted.organisation.unwrap_or(caller.organisation);
        let place = match wanted.permission.level {
            Level::Project => Place::Project { organisation, project: wanted.project.unwrap_or(caller.project) },
            Level::Organisation => Place::Organisation { organisation },
            Level::Person => Place::Person { person: caller.person },
            Level::Platform | Level::Open => Place::Platform,
        };
        Box::pin(async move { Ok(Granted { actor: caller.actor, place, without_choices: false }) })
    }
}
