#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples of README.md and docs/tools.md, which need no machine of their own, as they stand
# (examples.pl).
set -u

repository=$(pwd)
PATH=$(cd "${PROV_BIN:-build/bin}" && pwd):$PATH
no_proxy='*'
export PATH no_proxy
work=$(mktemp -d "${TMPDIR:-/tmp}/prov-readme.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work" || exit 1

# shellcheck disable=SC2016 # the prompt
perl "$repository/tests/cli/examples.pl" '$' "$repository/README.md" \
    "$repository/docs/tools.md"
