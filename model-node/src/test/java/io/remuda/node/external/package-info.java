@NullMarked
package io.remuda.node.external;

import org.jspecify.annotations.NullMarked;
