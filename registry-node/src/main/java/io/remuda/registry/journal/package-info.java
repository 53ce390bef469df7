/** The journal's database: its schema, its identity, its bytes and its reading as a story. */
@NullMarked
package io.remuda.registry.journal;

import org.jspecify.annotations.NullMarked;
