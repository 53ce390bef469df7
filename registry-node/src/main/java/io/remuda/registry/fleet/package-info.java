/** What machines say of themselves, as one registry node sees it now. */
@NullMarked
package io.remuda.registry.fleet;

import org.jspecify.annotations.NullMarked;
