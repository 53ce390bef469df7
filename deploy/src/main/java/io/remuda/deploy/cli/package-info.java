/** The {@code remuda} command and its verbs. */
@NullMarked
package io.remuda.deploy.cli;

import org.jspecify.annotations.NullMarked;
