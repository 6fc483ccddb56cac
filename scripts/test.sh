#!/usr/bin/env bash
# Installs what the checks need, starts PostgreSQL if none answers, and runs every check.
# Arguments go to `cargo xtask ci`: scripts/test.sh --only tidy
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/check-toolchain.sh
scripts/need-packages.sh \
    build-essential "links the program and compiles SQLite and the ciphers" \
    shellcheck "finds mistakes in these scripts" \
    postgresql "the second database that all tests run on" \
    poppler-utils "reads the text of invoices that were printed as PDF" \
    python3-venv "the peer that the Proxmox VE driver is tried on, and the official schema of its API" \
    chromium "the browser in which the console is tried" \
    fonts-dejavu-core "letters for that browser"
scripts/install-host-packages.sh
scripts/install-tools.sh

FAIRHOLD_TEST_POSTGRES=$(scripts/postgres.sh)
export FAIRHOLD_TEST_POSTGRES
echo "PostgreSQL for the tests: $FAIRHOLD_TEST_POSTGRES"

exec cargo xtask ci "$@"
