@NullMarked
package io.remuda.node.sdk.host;

import org.jspecify.annotations.NullMarked;
