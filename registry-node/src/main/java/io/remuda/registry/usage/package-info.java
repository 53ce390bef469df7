/** What models were used for, and what gateways may let in together. */
@NullMarked
package io.remuda.registry.usage;

import org.jspecify.annotations.NullMarked;
