/** One replica of a model: its admission gate, its lifecycle and what keeps it alive. */
@NullMarked
package io.remuda.node.instance;

import org.jspecify.annotations.NullMarked;
