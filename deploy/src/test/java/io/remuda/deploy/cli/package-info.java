/** The command line, tested against a scripted gateway where the real one is not the point. */
@NullMarked
package io.remuda.deploy.cli;

import org.jspecify.annotations.NullMarked;
