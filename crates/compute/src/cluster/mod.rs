//! A cluster of hypervisors that the operator enrolled: where it answers, which certificate is trusted there, who we are to it, and
//! what of it is ours to use. Here it is one node. What a kind of cluster asks and understands is its driver's to know ([`kind`]).

mod accept_certificate;
pub(crate) mod api;
mod check;
mod create;
mod delete;
mod follow;
pub mod kind;
mod list;
mod model;
mod probe;
mod reach;
pub(crate) mod store;
mod update;

pub(crate) use accept_certificate::accept_certificate;
pub use check::{check, recheck};
pub use create::create;
pub use delete::delete;
pub use follow::follow;
pub use kind::{Access, Kind, Kinds};
pub use list::{list, view};
pub use model::{
    AddressSeen, Cluster, ClusterAddress, ClusterId, ClusterPart, ClusterPatch, ClusterQuestion, ClusterSource, ClusterSurvey, MissingPrivilege, NewCluster,
    PresentedCertificate, ProbedAddress, Recheck, TokenSecret,
};
pub use probe::probe;
pub use reach::reach;
pub use update::update;
