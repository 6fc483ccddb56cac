#!/bin/busybox sh
# What a container does when it starts; with "shell", the shell on its serial line.
export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

if [ "$1" = shell ]; then
    cd /root || cd /
    [ -x /bin/bash ] && exec /bin/bash -l
    exec /bin/sh -l
fi

mkdir -p /run/lock /var/log /etc/dropbear
# Of another machine, whose disk this was.
[ -e /etc/fairhold/new-host-key ] && rm -f /etc/dropbear/key /etc/fairhold/new-host-key
# A new machine makes a host key of its own, a restarted one keeps it.
[ -s /etc/dropbear/key ] || dropbearkey -t ed25519 -f /etc/dropbear/key >/dev/null 2>&1
# Nobody signs in with a password before one is set: root's is locked.
dropbear -r /etc/dropbear/key -p 22

# The owner's user data runs once.
if [ -s /etc/fairhold/user-data ]; then
    mv /etc/fairhold/user-data /etc/fairhold/user-data.done
    read -r first </etc/fairhold/user-data.done
    case "$first" in "#!"*) /etc/fairhold/user-data.done >/var/log/user-data.log 2>&1 </dev/null ;; esac
fi
