#!/usr/bin/env bash
# Runs the tests of large batches in their long form: 10,000 lines each, on every queue and store.
#
#   deploy/faults/batches.sh [LINES]      lines of each batch, default 10000
#
# Starts its own servers and ends them. Needs RabbitMQ's, Redis' and PostgreSQL's programs, Maven and a
# JDK.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

exec mvn -B -Dstyle.color=never -Dfast -pl deploy -am test -Dremuda.test.batch-lines="${1:-10000}" \
  -Dtest='LargeBatchesTest,*TaskHttpTest' -Dsurefire.failIfNoSpecifiedTests=false
