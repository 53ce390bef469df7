package io.remuda.gateway.auth;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.id.ModelName;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who sent a request and what it may do.
 *
 * @param name for logs: the key's public id, {@code local} or {@code anonymous}
 * @param models which it may use and see; empty for all
 */
public record Caller(String name, Set<Scope> scopes, Set<ModelName> models) {

  /** Everyone, where authentication is off: everything is allowed. */
  public static final Caller LOCAL = new Caller("local", EnumSet.allOf(Scope.class), Set.of());

  /** Somebody without a key, where authentication is on: only what needs none. */
  public static final Caller ANONYMOUS = new Caller("anonymous", Set.of(), Set.of());

  public Caller {
    scopes = Collections.unmodifiableSet(new TreeSet<>(scopes));
    models = Collections.unmodifiableSet(new TreeSet<>(models));
  }

  public static Caller of(ApiKey key) {
    return new Caller(key.id().value(), key.scopes(), key.models());
  }

  public boolean may(Need need) {
    return need.isMetBy(scopes);
  }

  /** Whether {@code model} exists for this caller; what it may not use, it may not see either. */
  public boolean sees(ModelName model) {
    return models.isEmpty() || models.contains(model);
  }

  /** Whether it sees every model, and so everything that happens in the fleet. */
  public boolean seesAll() {
    return models.isEmpty();
  }

  /** Whether a key with these rights would widen its own: that is never granted. */
  public boolean mayGrant(Set<Scope> wanted, Set<ModelName> wantedModels) {
    boolean scopesFit = scopes.contains(Scope.ADMIN) || scopes.containsAll(wanted);
    boolean modelsFit =
        models.isEmpty() || (!wantedModels.isEmpty() && models.containsAll(wantedModels));
    return scopesFit && modelsFit;
  }
}
