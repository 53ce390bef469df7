/** Reading and writing GGUF model files, and what a model needs of a machine's memory. */
@NullMarked
package io.remuda.node.gguf;

import org.jspecify.annotations.NullMarked;
