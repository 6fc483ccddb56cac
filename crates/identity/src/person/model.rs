//! What a person is to others, and the rules for addresses and names.

use kernel::{Checks, Error, OrganisationId, PersonId, ProjectId, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Sealed columns.
pub(crate) mod fields {
    kernel::field!(
        /// Where mail goes.
        pub Email: String = "identity.person.email");
    kernel::field!(
        /// What we call them.
        pub Name: String = "identity.person.name");
}

/// The role of a member of the operator's staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    /// Everything, other staff included.
    Owner,
    /// Runs the platform.
    Admin,
    /// Looks, and helps customers.
    Support,
}

impl StaffRole {
    /// As stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Support => "support",
        }
    }

    /// From what is stored; `None` for anything else, which then grants nothing.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Owner, Self::Admin, Self::Support].into_iter().find(|role| role.key() == key)
    }
}

/// A sign-up.
#[derive(Deserialize, ToSchema)]
pub struct SignUp {
    /// Where mail goes; the name for signing in.
    pub email: String,
    /// At least ten characters and hard to guess.
    pub password: String,
    /// What we call them.
    pub name: String,
    /// The person says that they are at least 16 years old. No birth date is asked for or stored.
    pub over_16: bool,
    /// The secret of an invitation: the account joins its organisation, and counts as verified if
    /// the invitation was mailed to the same address.
    #[serde(default)]
    pub invitation: Option<String>,
}

/// Passwords and addresses stay out of logs.
impl std::fmt::Debug for SignUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignUp")
    }
}

impl SignUp {
    /// The same with address and name in their normal form.
    ///
    /// # Errors
    /// `Invalid` with every field that is wrong.
    pub(crate) fn checked(&self) -> Result<Self> {
        let mut checks = Checks::new();
        let email = normal_email("email", &self.email);
        let name = normal_name("name", &self.name);
        checks.also(email.as_ref().map(|_| ()).map_err(again));
        checks.also(name.as_ref().map(|_| ()).map_err(again));
        checks.also(super::check_password("password", &self.password, &[&self.email, &self.name]));
        checks.that(self.over_16, "over_16", "You must be at least 16 years old to have an account.");
        checks.done()?;
        Ok(Self { email: email?, password: self.password.clone(), name: name?, over_16: true, invitation: self.invitation.clone() })
    }
}

/// The same field error again: errors are not `Clone`.
fn again(error: &Error) -> Error {
    Error::invalid_fields(error.fields().to_vec())
}

/// A change of one's profile.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PersonPatch {
    /// What we call them.
    pub name: String,
}

/// The signed-in person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    /// Who.
    pub id: PersonId,
    /// Where mail goes.
    pub email: String,
    /// What we call them.
    pub name: String,
    /// They have proved that they read mail there; ordering waits for it.
    pub email_verified: bool,
    /// The address that replaces it once the link that was mailed there is used.
    pub new_email: Option<String>,
    /// Their role among the operator's staff.
    pub staff_role: Option<StaffRole>,
    /// Send it as `X-CSRF-Token` with every change; empty for API tokens, which need none.
    pub csrf_token: String,
    /// The organisations that they belong to.
    pub organisations: Vec<Membership>,
}

/// A membership as its person sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Membership {
    /// The organisation.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// The person's role in it.
    pub role: crate::member::Role,
    /// Its projects.
    pub projects: Vec<Named>,
}

/// A project with its name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Named {
    /// The project.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
}

/// Whom to write to.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// The address.
    pub email: String,
    /// What we call them.
    pub name: String,
}

/// Longest address that mail can carry (RFC 5321 §4.5.3.1).
const EMAIL_MAX: usize = 254;
const LOCAL_MAX: usize = 64;
const NAME_MAX: usize = 100;

/// An address without surrounding space, its domain in lower case.
///
/// # Errors
/// `Invalid` at `field`.
pub fn normal_email(field: &str, text: &str) -> Result<String> {
    let wrong = || Error::invalid(field, "This is not an e-mail address. Use the form name@example.org.");
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
    let domain = domain.to_ascii_lowercase();
    let local_ok = !local.is_empty()
        && local.len() <= LOCAL_MAX
        && local.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte)));
    let label_ok = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let domain_ok = domain.contains('.') && domain.split('.').all(label_ok) && !domain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if text.len() <= EMAIL_MAX && local_ok && domain_ok { Ok(format!("{local}@{domain}")) } else { Err(wrong()) }
}

/// A name without surrounding space and without control characters, which could forge mail headers.
///
/// # Errors
/// `Invalid` at `field`.
pub fn normal_name(field: &str, text: &str) -> Result<String> {
    let text = text.trim();
    Checks::new()
        .that(!text.is_empty(), field, "Tell us a name.")
        .that(text.chars().count() <= NAME_MAX, field, "Use at most 100 characters.")
        .that(!text.chars().any(char::is_control), field, "Use letters, digits and punctuation only.")
        .done()?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_brought_to_one_form() {
        assert_eq!(normal_email("email", "  Ada.L+cloud@Example.ORG ").unwrap(), "Ada.L+cloud@example.org");
        for wrong in
            ["", "ada", "ada@", "@example.org", "ada@localhost", "a da@example.org", "ada@-x.org", "ada..l@example.org", "ada@10.0.0.1", "a\n@example.org"]
        {
            assert_eq!(normal_email("email", wrong).unwrap_err().fields()[0].field, "email", "{wrong}");
        }
    }

    #[test]
    fn every_wrong_field_of_a_sign_up_is_named_at_once() {
        let wrong = SignUp { email: "ada".into(), password: "short".into(), name: " ".into(), over_16: false, invitation: None };
        let fields: Vec<_> = wrong.checked().unwrap_err().fields().iter().map(|field| field.field.clone()).collect();
        assert_eq!(fields, ["email", "name", "password", "over_16"]);
    }

    proptest! {
        #[test]
        fn no_text_crashes_the_address_rule(text: String) {
            if let Ok(email) = normal_email("email", &text) {
                prop_assert_eq!(normal_email("email", &email).unwrap(), email);
            }
        }
    }
}
