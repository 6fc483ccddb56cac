//! A security group: the rules that say what machines may receive and send. What no rule lets in stays out.

pub(crate) mod api;
mod create;
mod delete;
mod list;
mod model;
mod preview;
pub(crate) mod store;
mod update;

pub use create::create;
pub use delete::delete;
pub use list::{list, view};
pub use model::{
    NewSecurityGroup, Ports, Preview, PreviewMachine, RuleDirection, RuleProtocol, SecurityGroup, SecurityGroupId, SecurityGroupPatch, SecurityRule,
    SecurityRules,
};
pub use preview::preview;
pub use update::{SECURITY_GROUP_APPLY, SecurityGroupApplyInput, update};

pub(crate) use model::{driver_rules, rules_of};
