/** What an operator decided about a machine, and how its agent learns of it. */
@NullMarked
package io.remuda.registry.machine;

import org.jspecify.annotations.NullMarked;
