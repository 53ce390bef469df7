@NullMarked
package io.remuda.registry.usage;

import org.jspecify.annotations.NullMarked;
