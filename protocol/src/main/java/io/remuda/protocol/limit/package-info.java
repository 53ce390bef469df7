/** What keys and tenants may ask of models in a minute, kept by several gateways together. */
@NullMarked
package io.remuda.protocol.limit;

import org.jspecify.annotations.NullMarked;
