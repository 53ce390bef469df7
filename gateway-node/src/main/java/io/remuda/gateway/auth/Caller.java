package io.remuda.gateway.auth;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.id.ModelName;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who sent a request and what it may do.
 *
 * @param name for logs, and of what it owns: the key's public id, {@code oidc:} and the subject of
 *     a token, {@code local} or {@code anonymous}
 * @param models which it may use and see
 * @param tenant whose key or token it shows; empty: the operator's
 */
public record Caller(String name, Set<Scope> scopes, AllowList models, Optional<String> tenant) {

  /** Everyone, where authentication is off: everything is allowed. */
  public static final Caller LOCAL =
      new Caller("local", EnumSet.allOf(Scope.class), AllowList.ALL, Optional.empty());

  /** Somebody without a key, where authentication is on: only what needs none. */
  public static final Caller ANONYMOUS =
      new Caller("anonymous", Set.of(), AllowList.ALL, Optional.empty());

  public Caller {
    scopes = Collections.unmodifiableSet(new TreeSet<>(scopes));
  }

  /** One of no tenant. */
  public Caller(String name, Set<Scope> scopes, Set<ModelName> models) {
    this(name, scopes, new AllowList(models, Set.of()), Optional.empty());
  }

  public static Caller of(ApiKey key) {
    return new Caller(key.id().value(), key.scopes(), key.allowed(), key.tenant());
  }

  /** As a sentence calls what it showed. */
  public String title() {
    return (name.startsWith(TokenNames.BEGINNING) ? "token " : "key ") + name;
  }

  /** Id of the key that it showed, or name of the token's; empty where none is needed. */
  public String key() {
    return equals(LOCAL) ? "" : name;
  }

  public boolean may(Need need) {
    return need.isMetBy(scopes);
  }

  /** Whether {@code model} exists for this caller; what it may not use, it may not see either. */
  public boolean sees(ModelName model) {
    return models.allows(model);
  }

  /** Whether it sees every model, and so everything that happens in the fleet. */
  public boolean seesAll() {
    return models.isEverything();
  }

  /** Whether {@code key} exists for this caller: a tenant's knows no other tenant's. */
  public boolean sees(ApiKey key) {
    return tenant.isEmpty() || tenant.equals(key.tenant());
  }

  /** Whether a key with these rights would widen its own: that is never granted. */
  public boolean mayGrant(
      Set<Scope> wanted, AllowList wantedModels, Optional<String> wantedTenant) {
    boolean scopesFit = scopes.contains(Scope.ADMIN) || scopes.containsAll(wanted);
    boolean tenantFits = tenant.isEmpty() || tenant.equals(wantedTenant);
    return scopesFit && tenantFits && models.covers(wantedModels);
  }
}
