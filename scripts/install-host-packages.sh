#!/bin/sh
# Installs the Debian packages that local machines, containers and the builders of their images need, and says why for each.
# Does nothing when all are there, and needs root only when something is missing.
set -eu

missing=""
need() { # package, reason
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; then return; fi
    missing="$missing $1"
    printf '  %-18s %s\n' "$1" "$2"
}

report=$(mktemp)
trap 'rm -f "$report"' EXIT
{
    need qemu-system-x86 "runs the virtual machines"
    need qemu-utils      "makes and measures their disks"
    need busybox-static  "user space of the tiny images and of every initial RAM disk"
    need genisoimage     "writes the seed with host name and SSH keys"
    need mmdebstrap      "builds the Debian image"
    need dropbear-bin    "SSH server inside the tiny image"
    need e2fsprogs       "file system of the Debian image"
    need util-linux      "starts machines in a session of their own, so that they outlive the server"
    need runc            "runs the containers"
    need iproute2        "makes private networks and connects containers: namespaces, bridges, cards, routes"
    need nftables        "filters them, keeps containers apart, and leads public addresses to machines"
    need dnsmasq-base    "hands out addresses and names in private networks"
    need kmod            "lets them load the kernel's modules for bridges and filters"
    need openssh-client  "logs in to machines in the tests and from the host"
} >"$report"

if [ -z "$missing" ]; then
    echo "All host packages are installed."
    exit 0
fi

echo "Missing Debian packages:"
cat "$report"

if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1; then
        echo "Root is needed to install them; running this script again with sudo."
        exec sudo "$0" "$@"
    fi
    echo "Root is needed to install them. Run as root: $0" >&2
    exit 1
fi

# A newer qemu-utils (from backports, say) makes apt remove it when qemu-system-x86 comes from the release itself,
# so qemu-utils is named with the release, and may go down to the version that fits.
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
case " $missing " in
*" qemu-system-x86 "* | *" qemu-utils "*)
    missing=$(printf '%s\n' "$missing" | sed 's/ qemu-utils\b//')
    missing="$missing qemu-utils${codename:+/$codename}"
    ;;
esac

# The lock time-out lets two installers on one machine take turns.
export DEBIAN_FRONTEND=noninteractive
echo "apt-get install$missing"
apt-get -o DPkg::Lock::Timeout=500 -q -q update
# shellcheck disable=SC2086  # a list of packages, one word each
apt-get -o DPkg::Lock::Timeout=500 -q install -y --no-install-recommends --allow-downgrades $missing
echo "Host packages are installed."
