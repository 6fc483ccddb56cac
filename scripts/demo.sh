#!/usr/bin/env bash
# Starts Fairhold on this machine, with everything it needs; data lives in .fairhold/.
#
# The program is built with the development profile: it is ready in a fraction of a release build's time,
# it is fast enough for one person, and `make test` shares what was compiled. `make build` makes a release.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n==> %s\n' "$*"; }

step "Checking tools"
scripts/check-toolchain.sh
scripts/need-packages.sh \
    build-essential "links the program and compiles SQLite and the ciphers"
scripts/install-host-packages.sh

step "Console"
scripts/build-console.sh

step "Server (the first build takes some minutes)"
cargo build --bin fairhold

step "Fairhold"
exec "${CARGO_TARGET_DIR:-target}/debug/fairhold" demo --data .fairhold "$@"
