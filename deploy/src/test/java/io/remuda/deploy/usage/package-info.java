/** What models were used for and what may be used of them, at gateways and registry together. */
@NullMarked
package io.remuda.deploy.usage;

import org.jspecify.annotations.NullMarked;
