#!/bin/sh
# Makes ./configure and the Makefile.in from configure.ac and Makefile.am.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
cd "$(dirname "$0")"
for t in autoreconf automake pkg-config; do
    command -v "$t" >/dev/null || {
        echo "autogen.sh: $t is missing; on Debian: apt-get install autoconf automake pkg-config" >&2
        exit 1
    }
done
exec autoreconf --install --force --warnings=all,no-portability
