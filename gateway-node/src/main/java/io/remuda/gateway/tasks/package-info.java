/** Durable tasks as clients see them: taken in, looked at, waited for, ended in time, told of. */
@NullMarked
package io.remuda.gateway.tasks;

import org.jspecify.annotations.NullMarked;
