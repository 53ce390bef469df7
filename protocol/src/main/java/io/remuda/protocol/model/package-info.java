/** What is deployed: specifications, schemas, resources and phases. */
@NullMarked
package io.remuda.protocol.model;

import org.jspecify.annotations.NullMarked;
