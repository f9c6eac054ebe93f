#!/bin/sh
# make-old-store.sh <commit>...: the last commit of each schema version, oldest first, into store-v1.sql and so on. Needs git, python3 and an installed clone.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
version=0
for commit in "$@"; do
  version=$((version + 1))
  work=$(mktemp -d)
  git -C "$root" worktree add --detach "$work/tree" "$commit"
  cp -al "$root/node_modules" "$work/tree/node_modules"
  [ ! -d "$root/exporter/node_modules" ] || cp -al "$root/exporter/node_modules" "$work/tree/exporter/node_modules"
  (cd "$work/tree" && npx tsc --build src exporter)
  node "$here/make-old-store.mjs" "$work/tree/exporter/dist" "$work/store.db"
  python3 - "$work/store.db" "$commit" >"$here/store-v$version.sql" <<'PYTHON'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(f"-- Made by make-old-store.sh at {sys.argv[2]}.")
for pragma in ("application_id", "user_version"):
    print(f"PRAGMA {pragma} = {db.execute(f'PRAGMA {pragma}').fetchone()[0]};")
for line in db.iterdump():
    print(line)
PYTHON
  git -C "$root" worktree remove --force "$work/tree"
  rm -rf "$work"
done
