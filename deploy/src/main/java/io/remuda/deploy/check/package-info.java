/** What a fleet was seen to do under faults, and what of it must never be. */
@NullMarked
package io.remuda.deploy.check;

import org.jspecify.annotations.NullMarked;
