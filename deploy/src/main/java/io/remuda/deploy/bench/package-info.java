/** Parts that measurements run: production's own classes, put together without a registry. */
@NullMarked
package io.remuda.deploy.bench;

import org.jspecify.annotations.NullMarked;
