//! Nothing: only its manifest matters. Build it beside one crate (`-p identity -p unify`) to keep features equal.
