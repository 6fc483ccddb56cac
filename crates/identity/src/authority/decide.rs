//! The decision: Cedar policies over roles, levels and reaches. There are few different questions
//! (a permission, a role, a way in), so each is asked of Cedar once and remembered.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request, RestrictedExpression, Schema, ValidationMode,
    Validator,
};
use kernel::permission::{Level, PermissionInfo, Reach};
use kernel::{Error, Result};

use crate::member::Role;
use crate::permissions;
use crate::person::StaffRole;

const POLICIES: [&str; 3] = [include_str!("../policies/customers.cedar"), include_str!("../policies/staff.cedar"), include_str!("../policies/tokens.cedar")];

/// As what somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// As a member of the organisation.
    Member(Role),
    /// As themselves, about themselves.
    Oneself,
    /// As staff. `named` says that the request names the organisation or project.
    Staff {
        /// Their role.
        role: StaffRole,
        /// The request names the place.
        named: bool,
    },
}

/// How somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// Signed in with a browser.
    Session,
    /// With an API token.
    Token,
    /// With an API token that may only look.
    ReadOnlyToken,
}

impl Via {
    const fn key(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::ReadOnlyToken => "read_only_token",
        }
    }
}

/// The policies with what they decided before.
pub struct Policies {
    authorizer: Authorizer,
    set: PolicySet,
    entities: Entities,
    schema: Schema,
    known: RwLock<HashMap<(&'static str, Caller, Via), bool>>,
}

impl Policies {
    /// Reads the policies and checks them against a schema of all `permissions`.
    ///
    /// # Errors
    /// `Internal` with everything that does not fit.
    pub fn new(permissions: Vec<PermissionInfo>) -> Result<Self> {
        let actions: BTreeMap<&str, PermissionInfo> = permissions.into_iter().chain(permissions::ALL.iter().copied()).map(|info| (info.name, info)).collect();
        let (schema, _) = Schema::from_cedarschema_str(&schema_text(actions.values())).map_err(|error| fault("schema", error))?;
        let set = PolicySet::from_str(&POLICIES.join("\n")).map_err(|error| fault("policies", error))?;
        let verdict = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        if !verdict.validation_passed() {
            return Err(fault("policies", verdict.validation_errors().map(ToString::to_string).collect::<Vec<_>>().join("; ")));
        }
        let entities = Entities::from_entities(people()?, Some(&schema)).map_err(|error| fault("entities", error))?;
        Ok(Self { authorizer: Authorizer::new(), set, entities, schema, known: RwLock::default() })
    }

    /// Whether `caller`, come in by `via`, holds `permission`.
    ///
    /// # Errors
    /// `Internal` when Cedar cannot evaluate the question; then nobody is let in.
    pub fn allow(&self, permission: PermissionInfo, caller: Caller, via: Via) -> Result<bool> {
        let question = (permission.name, caller, via);
        if let Some(answer) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&question) {
            return Ok(*answer);
        }
        let answer = self.ask(permission, caller, via)?;
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(question, answer);
        Ok(answer)
    }

    fn ask(&self, permission: PermissionInfo, caller: Caller, via: Via) -> Result<bool> {
        let named = matches!(caller, Caller::Staff { named: true, .. });
        let context = Context::from_pairs([
            ("via".to_owned(), RestrictedExpression::new_string(via.key().to_owned())),
            ("named".to_owned(), RestrictedExpression::new_bool(named)),
        ])
        .map_err(|error| fault("context", error))?;
        let principal = match caller {
            Caller::Member(role) => uid("Caller", role.key())?,
            Caller::Oneself => uid("Caller", "self")?,
            Caller::Staff { role, .. } => uid("Caller", &format!("staff {}", role.key()))?,
        };
        let request = Request::new(principal, uid("Action", permission.name)?, uid("Place", level(permission.level))?, context, Some(&self.schema))
            .map_err(|error| fault("request", error))?;
        let response = self.authorizer.is_authorized(&request, &self.set, &self.entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(fault("evaluation", error));
        }
        Ok(response.decision() == Decision::Allow)
    }
}

fn fault(what: &str, error: impl ToString) -> Error {
    Error::internal(format!("authorisation {what}: {}", error.to_string()))
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Project => "project",
        Level::Organisation => "organisation",
        Level::Person => "person",
        Level::Platform => "platform",
        Level::Open => "open",
    }
}

const fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::View => "view",
        Reach::Use => "use",
        Reach::Manage => "manage",
    }
}

/// The schema: callers with roles, places, and one action per permission in the group of its level
/// and reach. `view` holds the groups that change nothing.
fn schema_text<'a>(permissions: impl Iterator<Item = &'a PermissionInfo>) -> String {
    let mut text =
        String::from("entity Role in [Role];\nentity StaffRole in [StaffRole];\nentity Caller in [Role, StaffRole];\nentity Place;\naction \"view\";\n");
    for one in [Level::Project, Level::Organisation, Level::Person, Level::Platform].map(level) {
        text.push_str(&format!("action \"{one}.view\" in [\"view\"];\naction \"{one}.use\", \"{one}.manage\";\n"));
    }
    for one in permissions {
        let group = format!("{}.{}", level(one.level), reach(one.reach));
        text.push_str(&format!(
            "action \"{}\" in [\"{group}\"] appliesTo {{ principal: Caller, resource: Place, context: {{ via: String, named: Bool }} }};\n",
            one.name
        ));
    }
    text
}

/// One caller per role, and the roles in their order.
fn people() -> Result<Vec<Entity>> {
    let mut all = Vec::new();
    let chain = |all: &mut Vec<Entity>, kind: &str, prefix: &str, roles: &[&str]| -> Result<()> {
        for (place, role) in roles.iter().enumerate() {
            let below = roles.get(place + 1).map(|next| uid(kind, next)).transpose()?;
            all.push(Entity::new_no_attrs(uid(kind, role)?, below.into_iter().collect()));
            all.push(Entity::new_no_attrs(uid("Caller", &format!("{prefix}{role}"))?, HashSet::from([uid(kind, role)?])));
        }
        Ok(())
    };
    chain(&mut all, "Role", "", &[Role::Owner, Role::Admin, Role::Member, Role::Viewer].map(Role::key))?;
    // Paying is beside working: the one includes looking like the other, and neither includes the other.
    all.push(Entity::new_no_attrs(uid("Role", Role::Billing.key())?, HashSet::from([uid("Role", Role::Viewer.key())?])));
    all.push(Entity::new_no_attrs(uid("Caller", Role::Billing.key())?, HashSet::from([uid("Role", Role::Billing.key())?])));
    chain(&mut all, "Role", "", &["self"])?;
    chain(&mut all, "StaffRole", "staff ", &[StaffRole::Owner, StaffRole::Admin, StaffRole::Support].map(StaffRole::key))?;
    Ok(all)
}

fn uid(kind: &str, id: &str) -> Result<EntityUid> {
    let kind = EntityTypeName::from_str(kind).map_err(|error| fault("name", error))?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [Level; 4] = [Level::Project, Level::Organisation, Level::Person, Level::Platform];
    const REACHES: [Reach; 3] = [Reach::View, Reach::Use, Reach::Manage];

    fn callers() -> Vec<Caller> {
        let members = Role::ALL.map(Caller::Member);
        let staff = [StaffRole::Owner, StaffRole::Admin, StaffRole::Support];
        let named = staff.map(|role| Caller::Staff { role, named: true });
        let at_large = staff.map(|role| Caller::Staff { role, named: false });
        members.into_iter().chain([Caller::Oneself]).chain(named).chain(at_large).collect()
    }

    /// One made-up permission per level and reach.
    fn grid() -> Vec<PermissionInfo> {
        LEVELS
            .into_iter()
            .flat_map(|one| {
                REACHES.map(|far| PermissionInfo { name: Box::leak(format!("test.{}.{}", level(one), reach(far)).into_boxed_str()), level: one, reach: far })
            })
            .collect()
    }

    #[test]
    fn the_matrix_of_roles_levels_and_reaches_is_the_reviewed_one() {
        let policies = Policies::new(grid()).unwrap();
        let mut table = String::new();
        for via in [Via::Session, Via::Token, Via::ReadOnlyToken] {
            table.push_str(&format!("{via:?}\n"));
            for caller in callers() {
                let held: Vec<&str> = grid().into_iter().filter(|info| policies.allow(*info, caller, via).unwrap()).map(|info| &info.name[5..]).collect();
                table.push_str(&format!("  {caller:?}: {}\n", if held.is_empty() { "nothing".to_owned() } else { held.join(" ") }));
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn tokens_leave_credentials_alone() {
        let policies = Policies::new(Vec::new()).unwrap();
        for info in permissions::ALL.iter().filter(|info| info.level == Level::Person && info.reach == Reach::Manage) {
            assert!(policies.allow(*info, Caller::Oneself, Via::Session).unwrap(), "{}", info.name);
            assert!(!policies.allow(*info, Caller::Oneself, Via::Token).unwrap(), "{}", info.name);
        }
    }

    #[test]
    fn an_unknown_permission_lets_nobody_in() {
        let policies = Policies::new(Vec::new()).unwrap();
        let unknown = PermissionInfo { name: "x.y.z", level: Level::Project, reach: Reach::View };
        assert!(policies.allow(unknown, Caller::Member(Role::Owner), Via::Session).is_err());
    }
}
