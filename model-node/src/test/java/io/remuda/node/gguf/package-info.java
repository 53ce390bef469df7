/** Tests of the package of the same name. */
@NullMarked
package io.remuda.node.gguf;

import org.jspecify.annotations.NullMarked;
