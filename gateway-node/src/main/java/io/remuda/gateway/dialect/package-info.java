/**
 * Other dialects than the engines' own, as pure functions over JSON: what a request comes to in
 * OpenAI's chat, and what the client is told of the answer, whole or event by event.
 */
@NullMarked
package io.remuda.gateway.dialect;

import org.jspecify.annotations.NullMarked;
