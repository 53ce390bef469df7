/** Tests of the package of the same name. */
@NullMarked
package io.remuda.node.engine;

import org.jspecify.annotations.NullMarked;
