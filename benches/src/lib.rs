//! Nothing by itself: the figures are in `figures/`, run by `cargo bench -p benches`.
