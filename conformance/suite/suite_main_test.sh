#!/usr/bin/env bash
# The suite on monitors that misbehave, and its command line.
set -uo pipefail

# Bazel would take what the suites write there for this test's own result.
unset XML_OUTPUT_FILE
cd conformance/suite
failures=0

# Runs the suite of a monitor; its exit status must be the first argument, and its output must hold
# the second.
expect() { # status, text, monitor, arguments...
  local output status
  output=$(timeout 60 "./suite_of_$3" "${@:4}" 2>&1)
  status=$?
  if [[ $status -ne $1 ]] || ! grep --fixed-strings --quiet -- "$2" <<<"$output"; then
    printf 'FAILED: suite_of_%s: status %s, wanted %s and: %s\n%s\n' \
      "${*:3}" "$status" "$1" "$2" "$output" | head -40
    failures=$((failures + 1))
  fi
}

# One finding, and the clauses that were never put to the test because of it are no findings of
# their own.
expect 1 "the monitor crashed: Segmentation fault" crashing --random_worlds=20
expect 1 "[  FAILED  ] Port.IsKept" crashing --random_worlds=20 --clauses=POLL-1
expect 1 "1 FAILED TEST" crashing --random_worlds=20 --clauses=POLL-1
expect 1 "[  SKIPPED ] Contract.POLL_1" crashing --random_worlds=20 --clauses=POLL-1
# Ends at the first world, or the time limit would be waited for in all of them.
expect 1 "calls of the port without a sleep" sleepless --clauses=POLL-1

# Whatever it does to its process costs one case, and never passes.
expect 1 "the monitor ended its process in world 1: exit status 0" exiting
expect 1 "[  FAILED  ] Port.IsKept" exiting
expect 1 "1 FAILED TEST" exiting
expect 1 "[  SKIPPED ] Contract.CAD_2" exiting
expect 1 "the monitor ended its process in world 1: signal 9 (Killed)" killed
expect 1 "after 1 s of real time the suite was in world" slow --limit_s=1
expect 1 "the monitor keeps more memory with each cycle" leaking --random_worlds=20
expect 1 "the monitor closed standard output" mute --random_worlds=20 --clauses=CAD-1
expect 1 "the monitor keeps more mappings with each cycle" mapping --random_worlds=20 \
  --clauses=CAD-1
careless=$(timeout 60 ./suite_of_careless --random_worlds=20 --clauses=CAD-1 2>&1)
for change in "closed standard error" "changed the working directory" \
  "changed the environment of its process: CARELESS" "changed what the signal 10 (" \
  "changed the limit RLIMIT_NOFILE: " "leaves threads behind: 1" \
  "leaves a child process behind"; do
  if ! grep --fixed-strings --quiet -- "the monitor $change" <<<"$careless"; then
    printf 'FAILED: suite_of_careless does not say: the monitor %s\n%s\n' "$change" "$careless"
    failures=$((failures + 1))
  fi
done
if [[ $(grep -c "the monitor changed what the signal" <<<"$careless") -ne 1 ]]; then
  printf "FAILED: the suite's own signals are blamed on the monitor\n%s\n" "$careless"
  failures=$((failures + 1))
fi
expect 64 "the filter 'Contract.CAT*' matches no case" crashing --gtest_filter='Contract.CAT*'

expect 64 "--profile: there is no 'go1.2'" crashing --profile=go1.2
expect 64 "--clauses: no clause matches 'CAT-*'" crashing --clauses='CAT-*'
expect 64 "--clauses: 'VER-1' holds in" crashing --clauses=VER-1
expect 64 "no_such_file.json: cannot be opened: No such file or directory" \
  crashing --expectations=no_such_file.json
expect 64 "suite_main_test.sh: expectations: not JSON" crashing --expectations=suite_main_test.sh
expect 64 "--wrong" crashing --wrong
exit $((failures > 0))
