/** The words that all nodes share: messages between them, errors, routes. No I/O happens here. */
@NullMarked
package io.remuda.protocol;

import org.jspecify.annotations.NullMarked;
