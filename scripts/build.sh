#!/usr/bin/env bash
# Builds the program for installing: one file with the console inside.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/check-toolchain.sh
scripts/need-packages.sh build-essential "links the program and compiles SQLite and the ciphers"
scripts/build-console.sh
cargo build --release --bin fairhold
echo "Built ${CARGO_TARGET_DIR:-target}/release/fairhold"
