#!/usr/bin/env bash
# `proctor stress` as a test: on each implementation named, with its share of the budget.
# Usage: stress_test.sh PROCTOR SECONDS IMPLEMENTATION...
# The environment: TEST_SHARD_INDEX and TEST_TOTAL_SHARDS, STRESS_SEED (where it is "fresh", the
# time), STRESS_SECONDS instead of SECONDS. What a run leaves goes to TEST_UNDECLARED_OUTPUTS_DIR.
# Status 2, something inconclusive, is no failure: nobody asked for one clause.
set -uo pipefail

proctor=$1
seconds=${STRESS_SECONDS:-$2}
shift 2
seed=${STRESS_SEED:-1}
if [[ $seed == fresh ]]; then seed=$(date +%s); fi
shard=${TEST_SHARD_INDEX:-0}
shards=${TEST_TOTAL_SHARDS:-1}
if [[ -n ${TEST_SHARD_STATUS_FILE:-} ]]; then touch "$TEST_SHARD_STATUS_FILE"; fi
outputs=${TEST_UNDECLARED_OUTPUTS_DIR:-$(mktemp --directory)}

# Read to its end: a list that is cut off is an error.
if ! implementations=$("$proctor" list implementations); then
  echo "FAILED: the implementations cannot be listed"
  exit 1
fi
failed=0
for implementation; do
  if ! grep --quiet "^$implementation  *[^m]" <<<"$implementations"; then
    echo "SKIPPED $implementation: it is not on this machine"
    continue
  fi
  echo "=== $implementation, seed $seed, shard $shard of $shards"
  status=0
  # A watchdog of its own, so that a report is there when Bazel's comes.
  timeout --signal=INT --kill-after=30 $((seconds / $# * 2 + 60)) \
    "$proctor" stress "$implementation" --budget "$((seconds / $#))s" \
    --seed "$((seed + shard))" --out "$outputs/$implementation" || status=$?
  if ((status != 0 && status != 2)); then
    echo "FAILED $implementation: status $status"
    failed=1
  fi
done
exit "$failed"
