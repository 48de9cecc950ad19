#!/usr/bin/env bash
# Three clients at a time, whose words come back; then the server ends by itself.
# Usage: echo_server_test.sh SERVER
set -euo pipefail

exec {server_output}< <(timeout 60 "$1" 0 3)
server=$!
read -r -t 30 -u "$server_output" _ _ _ port

exec {first}<>"/dev/tcp/127.0.0.1/$port" {second}<>"/dev/tcp/127.0.0.1/$port" \
  {third}<>"/dev/tcp/127.0.0.1/$port"
# In another order than they came.
sent_bytes=0
for round in 1 2 3; do
  for client in "$third" "$first" "$second"; do
    line="round $round of $client"
    echo "$line" >&"$client"
    ((sent_bytes += ${#line} + 1))
  done
  for client in "$second" "$third" "$first"; do
    read -r -t 30 -u "$client" line
    if [[ $line != "round $round of $client" ]]; then
      echo "client $client got '$line' in round $round"
      exit 1
    fi
  done
done
exec {first}>&- {second}>&- {third}>&-

read -r -t 30 -u "$server_output" line
if [[ $line != "served 3 connections, $sent_bytes bytes" ]]; then
  echo "the server said '$line'"
  exit 1
fi
wait "$server"
