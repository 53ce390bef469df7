package io.remuda.gateway.auth;

import io.remuda.protocol.AccessProtocol.Scope;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a route asks of its caller: one of these scopes, where ADMIN always does; a need without
 * scopes is met by anyone, with or without a key.
 */
public record Need(Set<Scope> scopes) {

  public static final Need NOTHING = new Need(Set.of());

  public Need {
    scopes = Collections.unmodifiableSet(new TreeSet<>(scopes));
  }

  public static Need oneOf(Scope... scopes) {
    return new Need(Set.of(scopes));
  }

  public boolean isNothing() {
    return scopes.isEmpty();
  }

  /** Whether the holder of {@code held} meets it. */
  public boolean isMetBy(Set<Scope> held) {
    return isNothing() || held.contains(Scope.ADMIN) || scopes.stream().anyMatch(held::contains);
  }
}
