#!/bin/sh
# Fetches WASI's own WIT into wit/deps, from the very crate whose implementation of it the host links: what is declared
# here is then what is served. Cargo fetches and verifies that crate, as Cargo.lock says.
#
#   wit/vendor.sh            writes wit/deps anew
#   wit/vendor.sh --check    changes nothing; fails, and shows the difference, where wit/deps is something else
set -eu

crate=wasmtime-wasi-http
version=48.0.8

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
metadata=$(cargo metadata --locked --format-version 1 --manifest-path "$here/../Cargo.toml")
manifest=$(printf '%s' "$metadata" | tr ',' '\n' | sed -n "s|^\"manifest_path\":\"\(.*/$crate-$version/Cargo\.toml\)\".*|\1|p" | head -n 1)
source=${manifest%/Cargo.toml}/src/p3/wit/deps

if [ -z "$manifest" ] || [ ! -d "$source" ]; then
    echo "wit/vendor.sh: $crate $version is not what Cargo.lock names, or holds no WIT under src/p3/wit/deps" >&2
    exit 1
fi

case "${1:-}" in
--check)
    if ! diff -ru "$here/deps" "$source"; then
        echo "wit/vendor.sh: wit/deps is not that of $crate $version; run wit/vendor.sh and commit what it writes" >&2
        exit 1
    fi
    ;;
'')
    rm -rf "$here/deps"
    mkdir "$here/deps"
    for file in "$source"/*.wit; do
        cat "$file" >"$here/deps/$(basename "$file")"
    done
    ;;
*)
    echo "usage: wit/vendor.sh [--check]" >&2
    exit 2
    ;;
esac
