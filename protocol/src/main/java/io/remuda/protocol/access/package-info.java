/** API keys: how they are made, and how one is recognised. */
@NullMarked
package io.remuda.protocol.access;

import org.jspecify.annotations.NullMarked;
