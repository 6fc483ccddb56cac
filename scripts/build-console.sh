#!/usr/bin/env bash
# Builds the console into console/dist, where the server takes it from; does nothing when no source changed.
set -euo pipefail
cd "$(dirname "$0")/../console"

# A fingerprint of everything that goes into the build.
fingerprint() {
    find . \( -name node_modules -o -name dist -o -name test-results \) -prune -o -type f -print0 |
        sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

if [ -f dist/.built-from ] && [ "$(cat dist/.built-from)" = "$(fingerprint)" ]; then
    echo "The console is current."
    exit 0
fi

packages=$(sha256sum package-lock.json | cut -d ' ' -f 1)
if [ ! -f node_modules/.installed-from ] || [ "$(cat node_modules/.installed-from)" != "$packages" ]; then
    echo "Installing the console's packages (about a minute)"
    npm ci --no-audit --no-fund --loglevel=error
    echo "$packages" >node_modules/.installed-from
fi

echo "Building the console (about half a minute)"
npm run --silent build
fingerprint >dist/.built-from
