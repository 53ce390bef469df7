/** The API of operators and clients beside the byte path: one class of routes per resource. */
@NullMarked
package io.remuda.gateway.http;

import org.jspecify.annotations.NullMarked;
