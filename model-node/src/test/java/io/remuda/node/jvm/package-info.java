/** Tests of the package of the same name. */
@NullMarked
package io.remuda.node.jvm;

import org.jspecify.annotations.NullMarked;
