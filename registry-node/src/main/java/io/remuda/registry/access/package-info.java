/** API keys: kept in the journal, spread to all gateways. */
@NullMarked
package io.remuda.registry.access;

import org.jspecify.annotations.NullMarked;
