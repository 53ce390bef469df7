/** The official clients, driven against a running gateway. */
@NullMarked
package io.remuda.deploy.sdk;

import org.jspecify.annotations.NullMarked;
