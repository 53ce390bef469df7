@NullMarked
package io.remuda.node.jar;

import org.jspecify.annotations.NullMarked;
