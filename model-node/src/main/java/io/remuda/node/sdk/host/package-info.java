/**
 * The JVM that a model's jar runs in: loads the jar, serves it on loopback, and ends itself rather
 * than limp. It sees the SDK, protobuf and the schema's codec, and no other part of Remuda.
 */
@NullMarked
package io.remuda.node.sdk.host;

import org.jspecify.annotations.NullMarked;
