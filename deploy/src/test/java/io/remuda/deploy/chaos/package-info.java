/** A fleet of real processes under faults: what is broken, what is watched, how it is judged. */
@NullMarked
package io.remuda.deploy.chaos;

import org.jspecify.annotations.NullMarked;
