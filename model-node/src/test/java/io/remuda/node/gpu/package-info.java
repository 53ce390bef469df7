/** Tests of the package of the same name. */
@NullMarked
package io.remuda.node.gpu;

import org.jspecify.annotations.NullMarked;
