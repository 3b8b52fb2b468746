#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Turn CPUs off and on again, at random, while all of them are busy.
#
#   hotplug.sh CYCLES SEED
#
# Runs in the guest, on busybox. A cycle is one CPU off and on again; others may
# be turned off and on meanwhile. The same SEED gives the same order. The load
# knows what it must compute. The last line is "hotplug: PASS ..." or
# "hotplug: FAIL ..."; before it there is one every 100 cycles.

cycles=$1
seed=$2
cd /sys/devices/system/cpu || exit
all=$(cat online)

# A linear congruential generator: its upper bits are the good ones. Not in a
# subshell, which would lose the seed: the result is in $random.
random()
{
	seed=$(((seed * 1103515245 + 12345) & 0x7fffffff))
	random=$(((seed >> 12) % $1))
}

sum() { md5sum /tmp/hotplug.data; }

# It leaves the CPU idle at times, so that WFI is among what CPUs do.
load()
{
	while [ "$(sum)" = "$right" ]; do usleep 50000; done
	echo wrong >/tmp/hotplug.wrong
}

finish()
{
	kill $loads 2>/dev/null
	echo "hotplug: $*"
	exit
}

rm -f /tmp/hotplug.wrong
dd if=/bin/busybox of=/tmp/hotplug.data bs=64k count=4 2>/dev/null
right=$(sum)
loads=
for _ in $(seq "$(nproc)"); do
	load &
	loads="$loads $!"
done

# CPUs that Linux lets go of; each is on.
count=0
for cpu in cpu[0-9]*; do
	[ -e "$cpu/online" ] || continue
	eval "name$count=$cpu state$count=1"
	count=$((count + 1))
done

echo "hotplug: $cycles cycles of $count CPUs, seed $seed"
begun=0 done=0
while [ $done -lt "$cycles" ]; do
	random $count
	eval "cpu=\$name$random was=\$state$random"
	[ $begun -lt "$cycles" ] || [ "$was" = 0 ] || continue
	state=$((1 - was))
	echo $state >"$cpu/online" && [ "$(cat "$cpu/online")" = $state ] ||
		finish "FAIL: $cpu/online does not become $state, after $done cycles"
	eval "state$random=$state"
	if [ $state = 0 ]; then
		begun=$((begun + 1))
	else
		done=$((done + 1))
		[ $((done % 100)) != 0 ] || echo "hotplug: $done cycles done"
	fi
done

[ ! -e /tmp/hotplug.wrong ] || finish "FAIL: the load has computed something wrong"
[ "$(cat online)" = "$all" ] || finish "FAIL: online: $(cat online), not $all"
finish "PASS, $done cycles, online: $all"
