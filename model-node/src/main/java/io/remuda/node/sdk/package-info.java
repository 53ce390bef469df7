/**
 * What the author of a model sees: one interface to implement, one annotation to set its limits.
 * Depends on protobuf's runtime and on nothing else.
 */
@NullMarked
package io.remuda.node.sdk;

import org.jspecify.annotations.NullMarked;
