/** Identifiers, parsed at the border and trusted inside. */
@NullMarked
package io.remuda.protocol.id;

import org.jspecify.annotations.NullMarked;
