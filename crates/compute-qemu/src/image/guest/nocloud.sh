#!/bin/sh
# Reads the NoCloud seed on /dev/vdb. "identity" sets the host name, which the prompt shows;
# "access" installs SSH keys, brings up the network and starts the SSH server.
seed=/run/seed

read_seed() {
    [ -e $seed/meta-data ] && return
    [ -d $seed ] || mkdir -p $seed
    mount -t iso9660 -o ro /dev/vdb $seed 2>/dev/null || echo "no seed found on /dev/vdb"
}

value() { # key, file, after: the value of "key: value" wherever it is indented, without quotes and brackets, behind a line with "after"
    behind=
    while read -r line; do
        case "$line" in *"$3"*) behind=yes ;; esac
        [ -n "$behind" ] || continue
        line=${line#- }
        case "$line" in
        "$1: "*)
            line=${line#"$1: "}
            line=${line#[\"[]}
            echo "${line%[]\"]}"
            return
            ;;
        esac
    done <"$2"
}

identity() {
    read_seed
    name=$(value local-hostname $seed/meta-data 2>/dev/null)
    [ -n "$name" ] || name=$(cat /etc/hostname 2>/dev/null || echo fairhold)
    hostname "$name"
    echo "$name" >/etc/hostname
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$name" >/etc/hosts
}

network() {
    ip link set lo up
    ip link set eth0 up
    address=$(value address $seed/network-config)
    gateway=$(value gateway $seed/network-config)
    resolver=$(value dns_nameservers $seed/network-config)
    if [ -n "$address" ]; then
        ip addr add "$address" dev eth0
        ip route add default via "$gateway"
        echo "nameserver $resolver" >/etc/resolv.conf
    else
        busybox udhcpc -q -n -i eth0
    fi
    address=$(value address $seed/network-config static6)
    if [ -n "$address" ]; then
        gateway=$(value gateway $seed/network-config static6)
        ip -6 addr add "$address" dev eth0
        ip -6 route add default via "$gateway" dev eth0
    fi
}

access() {
    umask 077
    mkdir -p /root/.ssh /etc/dropbear
    # Ours is the vendor's part where the owner has user data of their own.
    settings=$seed/user-data
    [ -s $seed/vendor-data ] && settings=$seed/vendor-data
    sed -n 's/^ *- *\(\(ssh-\|ecdsa-\|sk-\).*\)$/\1/p' $settings >/root/.ssh/authorized_keys
    umask 022
    network
    password
    # A rebuilt or cloned machine must have a host key of its own, a restarted one must keep it.
    [ -s /etc/dropbear/key ] || dropbearkey -t ed25519 -f /etc/dropbear/key >/dev/null 2>&1
    # Without a password in the seed nobody signs in with one.
    [ -n "$hash" ] && dropbear -r /etc/dropbear/key -p 22 || dropbear -r /etc/dropbear/key -s -p 22
    once
}

password() { # Set when it is new in the seed: what its owner changes afterwards stays.
    hash=$(value password $settings)
    [ "$hash" = "$(cat /etc/dropbear/password 2>/dev/null)" ] && [ -e /etc/shadow ] && return
    [ -n "$hash" ] || return
    file=/etc/shadow
    [ -e $file ] || file=/etc/passwd
    sed -i "s|^root:[^:]*:|root:$hash:|" $file
    echo "$hash" >/etc/dropbear/password
}

once() { # The owner's user data, at the first boot of each instance; the rescue system is none.
    [ -s $seed/vendor-data ] || return
    grep -q fairhold.rescue /proc/cmdline && return
    id=$(value instance-id $seed/meta-data)
    [ "$id" = "$(cat /etc/dropbear/instance 2>/dev/null)" ] && return
    echo "$id" >/etc/dropbear/instance
    read -r first <$seed/user-data
    case "$first" in "#!"*)
        cp $seed/user-data /run/user-data
        chmod 700 /run/user-data
        /run/user-data >/run/user-data.log 2>&1 </dev/null
        ;;
    esac
}

"$1"
