/** Gateway and machine together on the byte path, as two processes would be. */
@NullMarked
package io.remuda.deploy.bytepath;

import org.jspecify.annotations.NullMarked;
