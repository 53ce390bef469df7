@NullMarked
package io.remuda.node.self;

import org.jspecify.annotations.NullMarked;
