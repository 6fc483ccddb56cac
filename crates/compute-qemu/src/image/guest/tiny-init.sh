#!/bin/sh
# First process of the tiny image. Only what the prompt needs happens here, because every process is dear where the processor is
# translated in software; the rest is in tiny-late.
# The shell finds busybox's commands without links, but through /proc.
/bin/busybox mount -t proc proc /proc
mount -t devtmpfs dev /dev
while read -r module; do
    insmod "/modules/$module.ko"
    # With this one the seed can be read.
    [ "$module" = isofs ] && break
done </modules/order
/etc/nocloud identity
exec busybox init
