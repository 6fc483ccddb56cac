//! What goes wrong at hypervisors. After each trouble the same is checked ([`left`]): nothing is doubled, left over or charged for
//! nothing, and what is shown is true within one interval of the reconciler.

mod answers;
mod behind;
mod disks;
mod left;
mod outages;
mod stand;
mod workers;

/// Writes a test for both kinds of hypervisors on both databases.
macro_rules! on_both {
    ($(#[$meta:meta])* $name:ident, $body:expr) => {
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            testkit::both_engines!(simulated, |engine| async move { ($body)($crate::compute::faults::stand::Stand::simulated(engine).await).await });
            testkit::both_engines!(cluster, |engine| async move { ($body)($crate::compute::faults::stand::Stand::cluster(engine).await).await });
        }
    };
}
use on_both;
