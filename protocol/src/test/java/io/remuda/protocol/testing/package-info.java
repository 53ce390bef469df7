/** Real servers and engines for tests, found or started once per JVM and ended with it. */
@NullMarked
package io.remuda.protocol.testing;

import org.jspecify.annotations.NullMarked;
