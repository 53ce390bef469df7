/** What the registry's tests share: a machine that is told how to behave, and a real node. */
@NullMarked
package io.remuda.registry.testing;

import org.jspecify.annotations.NullMarked;
