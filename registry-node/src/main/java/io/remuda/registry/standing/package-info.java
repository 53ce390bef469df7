/** What a registry node says of itself, and of clocks that are off. */
@NullMarked
package io.remuda.registry.standing;

import org.jspecify.annotations.NullMarked;
