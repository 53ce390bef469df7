/**
 * ONNX models: the schema that a file itself tells, and its runs in the ONNX runtime. Lives in the
 * JVM of an instance; the runtime's jar is on that JVM's class path and on no other.
 */
@NullMarked
package io.remuda.node.onnx;

import org.jspecify.annotations.NullMarked;
