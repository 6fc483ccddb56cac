#!/usr/bin/env bash
# Installs Debian packages that are missing, and says why: need-packages.sh PACKAGE REASON [PACKAGE REASON]...
set -euo pipefail

missing=()
while [ $# -ge 2 ]; do
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true)" != installed ]; then
        [ ${#missing[@]} -gt 0 ] || echo "Missing Debian packages:"
        printf '  %-18s %s\n' "$1" "$2"
        missing+=("$1")
    fi
    shift 2
done
[ ${#missing[@]} -gt 0 ] || exit 0

root=()
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Root is needed to install them. Run as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    root=(sudo)
fi
# The lock time-out lets two installers on one machine take turns.
apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -q -o DPkg::Lock::Timeout=500)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${missing[@]}"
