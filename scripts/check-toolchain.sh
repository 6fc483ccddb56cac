#!/usr/bin/env bash
# Checks that Rust and Node are here and new enough. It installs neither: both are the reader's choice.
set -euo pipefail

# at_least VERSION WANTED: whether VERSION is not older than WANTED.
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

want_rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
want_node=20.19

if ! command -v cargo >/dev/null; then
    echo "Rust is missing. Install it from https://rustup.rs, then run this again." >&2
    exit 1
fi
have_rust=$(rustc --version | cut -d ' ' -f 2)
if ! at_least "$have_rust" "$want_rust"; then
    echo "Rust $have_rust is too old; Fairhold needs $want_rust. Run: rustup update stable" >&2
    exit 1
fi

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "Node.js with npm is missing. Install Node $want_node or newer from https://nodejs.org, then run this again." >&2
    exit 1
fi
have_node=$(node --version)
if ! at_least "${have_node#v}" "$want_node"; then
    echo "Node ${have_node#v} is too old; the console needs $want_node." >&2
    exit 1
fi
echo "Rust $have_rust, Node ${have_node#v}."
