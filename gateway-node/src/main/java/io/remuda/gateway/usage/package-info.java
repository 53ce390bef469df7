/** What keys and tenants may ask of models, and what they used. */
@NullMarked
package io.remuda.gateway.usage;

import org.jspecify.annotations.NullMarked;
