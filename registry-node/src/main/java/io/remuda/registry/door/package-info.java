/** Who was turned away at the fleet's door, kept as history. */
@NullMarked
package io.remuda.registry.door;

import org.jspecify.annotations.NullMarked;
