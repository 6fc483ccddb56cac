#!/usr/bin/env bash
# Installs the cargo subcommands that the checks use, from crates.io, once.
#
# They are built without optimisation: each runs for seconds, and compiling them is what costs.
set -euo pipefail

install() { # crate, version to install when there is none
    if cargo "${1#cargo-}" --version >/dev/null 2>&1; then
        return
    fi
    echo "Installing $1 $2 (once; takes a few minutes)"
    # In a folder of their own, so that neither build throws away the other's work.
    CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/tools" \
        cargo install --quiet --locked --debug --force --version "$2" "$1"
}

install cargo-machete 0.9.2
install cargo-deny 0.20.2
install cargo-nextest 0.9.151
