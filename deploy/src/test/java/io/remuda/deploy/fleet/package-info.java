/** Whole fleets as their users start them: the packed launcher, real processes, real HTTP. */
@NullMarked
package io.remuda.deploy.fleet;

import org.jspecify.annotations.NullMarked;
