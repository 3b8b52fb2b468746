# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# What tools/deps, deps-qemu and deps-kernels have in common: they read this file by "."
# with their own arguments. It leaves dir, the directory to be filled, and tmp, an empty one in it that is
# removed at the end. $otherwise, set before, is what to do where a package cannot be fetched.

export LC_ALL=C
self=tools/${0##*/}

say() { printf '  %-7s %s\n' "$1" "$2"; }
die() { printf 'boot-wrapper: %s\n' "$*" >&2; exit 1; }

usage()
{
	echo "boot-wrapper: $1; usage: $self DIR ($self --help says more)" >&2
	exit 2
}

# Prints the address of the host's own mirror of Debian.
mirror()
{
	uri=$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" \
		"Codename: $codename" 2>/dev/null | head -n 1)
	[ -n "$uri" ] || die "apt has no sources of Debian $codename; add them, or $otherwise"
	echo "$uri"
}

# Prints why apt failed: the last error in the log $1.
complaint() { sed -n 's/^[EW]: //p' "$1" | grep -v '^Some index files' | tail -n 1; }

# Writes $tmp/apt.conf: an apt state below $tmp, and the further lines of stdin. The hooks
# that a host may have configured for "apt-get update" work on the host's state: not for us.
configure_apt()
{
	mkdir -p "$tmp/apt/lists/partial" "$tmp/apt/cache/archives/partial"
	cat >"$tmp/apt.conf" <<-CONF
		#clear APT::Update;
		Dir::State "$tmp/apt";
		Dir::State::status "$tmp/apt/status";
		Dir::Cache "$tmp/apt/cache";
		Acquire::Retries "3";
		Acquire::Languages "none";
	CONF
	[ "$(id -u)" != 0 ] || echo 'APT::Sandbox::User "root";' >>"$tmp/apt.conf"
	cat >>"$tmp/apt.conf"
}

# The package that matches $2 among those that the package $1 depends on.
dependency()
{
	apt-cache -c "$tmp/apt.conf" depends "$1" 2>/dev/null |
		sed -n "s/^ *Depends: \($2\)\(:.*\)\{0,1\}\$/\1/p" | head -n 1
}

# Unpacks the packages $@ into $tmp/root.
unpack()
{
	mkdir -p "$tmp/root"
	for deb; do
		dpkg-deb -x "$deb" "$tmp/root" 2>"$tmp/log" ||
			die "cannot unpack ${deb##*/} ($(tail -n 1 "$tmp/log")); check the free space of $dir and try again"
	done
}

# Moves what was unpacked to $dir/root, and $tmp/packages.txt beside it.
put_in_place()
{
	rm -rf "$dir/.complete" "$dir/root"
	mv "$tmp/root" "$tmp/packages.txt" "$dir" ||
		die "cannot write to $dir; check its free space and try again"
}

case ${1-} in
-h | --help)
	sed -n 's/^#? \{0,1\}//p' "$0"
	exit 0 ;;
-*)
	usage "$self $1: unknown option" ;;
esac
[ $# = 1 ] && [ -n "$1" ] || usage "$self takes one argument"
for tool in apt-get apt-cache dpkg-query dpkg-deb; do
	command -v $tool >/dev/null ||
		die "no $tool here, so no package can be fetched (is this Debian?); $otherwise"
done

# The host's release, and the key of all releases.
codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
key=/usr/share/keyrings/debian-archive-keyring.gpg

# A second run at the same time waits here, then finds the result of the first.
not_writable="cannot write to $1; give $self a directory that you may write to"
mkdir -p "$1" 2>/dev/null || die "$not_writable"
dir=$(cd "$1" && pwd) || die "$not_writable"
[ -w "$dir" ] || die "$not_writable"
exec 9>"$dir/.lock"
flock 9 || die "cannot lock $dir/.lock; remove it and try again"

tmp=$dir/tmp
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
rm -rf "$tmp"
mkdir "$tmp" || die "$not_writable"
