#!/usr/bin/env bash
# A library by GNU parallel: shards as its jobs, then the merge. Run by npm run test:workflows (GNU parallel of Debian).
# The same command line goes on after a kill: finished shards are passed over, unfinished ones resumed.
#
#   library.sh INPUT OUT SHARDS [flags of molflow generate]
#
# JOBS shards run at the same time (default 1: each uses all cores); PARALLEL_FLAGS are more flags of parallel, such as
# --sshloginfile hosts.txt for several machines that share the folder. Parts lie in OUT.parts.
set -euo pipefail
input=$1 out=$2 shards=$3
shift 3
parts=$out.parts
mkdir -p "$parts"
# shellcheck disable=SC2086
seq "$shards" | parallel --jobs "${JOBS:-1}" --retries 3 --halt now,fail=1 ${PARALLEL_FLAGS:-} --quote \
  ${MOLFLOW:-molflow} generate --input "$input" --shard "{}/$shards" --out "$parts/part-{}.sdf.gz" \
  --resume --allow-failures --quiet "$@"
# shellcheck disable=SC2046
${MOLFLOW:-molflow} merge $(seq -f "$parts/part-%.0f.sdf.gz" "$shards") --out "$out"
