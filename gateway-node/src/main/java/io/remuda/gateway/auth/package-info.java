/** Who calls, and what the caller may do: API keys, scopes, and the check of both. */
@NullMarked
package io.remuda.gateway.auth;

import org.jspecify.annotations.NullMarked;
