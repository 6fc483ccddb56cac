//! Typed permissions: one zero-sized type per thing that someone may be allowed to do.
//! Who holds which is decided by the policies of the identity domain, never here.

/// Where a permission is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// In one project.
    Project,
    /// In one organisation.
    Organisation,
    /// Over one's own person.
    Person,
    /// Over the whole installation: staff only.
    Platform,
    /// Anywhere, by anybody: what nobody has to be granted, such as signing up. The verb itself
    /// finds out who acts; see [`Open`].
    Open,
}

/// How far-reaching it is; the policies grant roles by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Reading.
    View,
    /// Making, changing and running things, spending money included.
    Use,
    /// Members, billing details, tokens, deletion of the whole.
    Manage,
}

/// A permission, described for policies, documents and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub struct PermissionInfo {
    /// `domain.noun.verb`, also the audit action.
    pub name: &'static str,
    /// Where it is held.
    pub level: Level,
    /// How far-reaching it is.
    pub reach: Reach,
}

/// A permission as a type; made by [`permission!`](crate::permission!).
pub trait Permission: Send + Sync + 'static {
    /// Its description.
    const INFO: PermissionInfo;
}

/// Permissions that are held in a project.
pub trait AtProject: Permission {}
/// Permissions whose scope names an organisation: held in one, or in a project of one.
pub trait AtOrganisation: Permission {}

/// What anybody may do without a grant: a visitor, or somebody who proves in the act itself who
/// they are. No policy and no extractor knows these; they name the act on the record.
pub trait Open: Permission {}

/// Declares permissions:
/// `permission!(/// Order a machine. pub InstanceCreate = "compute.instance.create", Project, Use);`
#[macro_export]
macro_rules! permission {
    ($(#[$doc:meta])* pub $name:ident = $text:literal, $level:ident, $reach:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl $crate::permission::Permission for $name {
            const INFO: $crate::permission::PermissionInfo = $crate::permission::PermissionInfo {
                name: $text,
                level: $crate::permission::Level::$level,
                reach: $crate::permission::Reach::$reach,
            };
        }
        $crate::permission!(@at $level $name);
    };
    (@at Project $name:ident) => {
        impl $crate::permission::AtProject for $name {}
        impl $crate::permission::AtOrganisation for $name {}
    };
    (@at Organisation $name:ident) => {
        impl $crate::permission::AtOrganisation for $name {}
    };
    (@at Person $name:ident) => {};
    (@at Platform $name:ident) => {};
    (@at Open $name:ident) => {
        impl $crate::permission::Open for $name {}
    };
}
