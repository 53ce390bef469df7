# Sourced, in the repository's root, by the commands that run classes of the tests. A function:
#
#   built MODULE [PHASE]      builds a module and what it needs as far as PHASE, default test-compile,
#                             and writes its class path to MODULE/target/bench.classpath
#
# With REMUDA_BUILT=1 what was built last is taken as it is, so that commands run one after the other
# build once. What was never built, or not as far as its phase, is built all the same.
# shellcheck shell=bash
built() {
  if [ "${REMUDA_BUILT:-}" = 1 ] && [ -s "$1/target/bench.classpath" ] &&
    { [ "${2:-}" != package ] || [ -e "$1/target/dist/BUILT" ]; }; then
    return 0
  fi
  mvn -q -B -Dstyle.color=never -Dfast -DskipTests -pl "$1" -am "${2:-test-compile}" \
    dependency:build-classpath -Dmdep.outputFile=target/bench.classpath -Dmdep.includeScope=test
}
