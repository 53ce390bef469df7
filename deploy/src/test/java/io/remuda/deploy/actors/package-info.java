/** The real actors of a fleet in one thread and under virtual time, with faults between them. */
@NullMarked
package io.remuda.deploy.actors;

import org.jspecify.annotations.NullMarked;
