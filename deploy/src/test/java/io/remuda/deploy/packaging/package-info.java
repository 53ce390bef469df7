/** Tests of what lies around the program: launcher, engine install, repository, dashboards. */
@NullMarked
package io.remuda.deploy.packaging;

import org.jspecify.annotations.NullMarked;
