#!/bin/busybox sh
# All that has to happen at boot, in one process: under software translation every further one is felt.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs run /run
mount -t tmpfs shm /dev/shm
mkdir -p /run/lock
/etc/fairhold/nocloud identity
(
    busybox acpid -l /dev/null
    /etc/fairhold/nocloud access
    # The disk may be larger than the template's.
    resize2fs /dev/vda
) >/run/boot.log 2>&1 </dev/null &
