package io.remuda.gateway.auth;

import com.nimbusds.jwt.JWTClaimsSet;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.ModelPattern;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Decides what the claims of a token whose signature is right are worth at a moment. */
final class ClaimsDecider {

  /** As tenants of keys are called. */
  private static final Pattern TENANT = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  private ClaimsDecider() {}

  /** Who it is and until when, or why it is nobody. */
  record Verdict(Optional<Caller> caller, Instant until, String objection) {

    private static Verdict of(Caller caller, Instant until) {
      return new Verdict(Optional.of(caller), until, "");
    }

    private static Verdict nobody(String objection) {
      return new Verdict(Optional.empty(), Instant.EPOCH, objection);
    }
  }

  static Verdict decide(JWTClaimsSet claims, TokenRules rules, Instant now) {
    Optional<Instant> end = moment(claims.getExpirationTime());
    if (end.isEmpty()) {
      return Verdict.nobody("it has no end (exp)");
    }
    Instant until = end.get().plus(rules.clockSkew());
    if (!now.isBefore(until)) {
      return Verdict.nobody("it expired at " + end.get());
    }
    Optional<Instant> begin = moment(claims.getNotBeforeTime());
    if (begin.filter(from -> now.isBefore(from.minus(rules.clockSkew()))).isPresent()) {
      return Verdict.nobody("it is not good before " + begin.get());
    }
    if (claims.getAudience().stream().noneMatch(rules.audiences()::contains)) {
      return Verdict.nobody("it was made for another audience (aud)");
    }
    String subject = Optional.ofNullable(claims.getSubject()).orElse("");
    if (subject.isBlank()) {
      return Verdict.nobody("it names nobody (sub)");
    }
    return caller(claims, rules.rights(), subject, until);
  }

  private static Verdict caller(
      JWTClaimsSet claims, TokenRules.Rights rights, String subject, Instant until) {
    Optional<String> tenant = rights.tenantClaim().flatMap(name -> tenant(claims, name));
    if (rights.tenantClaim().isPresent() && tenant.isEmpty()) {
      return Verdict.nobody(
          "its claim for the tenant is missing, or not of the form " + TENANT.pattern());
    }
    Optional<AllowList> models =
        rights.modelsClaim().isEmpty()
            ? Optional.of(AllowList.ALL)
            : models(words(claims, rights.modelsClaim().get()));
    if (models.isEmpty()) {
      return Verdict.nobody("its claim for the models names none");
    }
    return Verdict.of(
        new Caller(TokenNames.of(subject), scopes(claims, rights), models.get(), tenant), until);
  }

  private static Optional<String> tenant(JWTClaimsSet claims, String claim) {
    return Optional.ofNullable(claims.getClaim(claim))
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .filter(name -> TENANT.matcher(name).matches());
  }

  private static Set<Scope> scopes(JWTClaimsSet claims, TokenRules.Rights rights) {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String word : words(claims, rights.scopesClaim())) {
      if (word.startsWith(rights.scopePrefix())) {
        scope(word.substring(rights.scopePrefix().length())).ifPresent(scopes::add);
      }
    }
    return scopes.isEmpty() ? rights.defaultScopes() : scopes;
  }

  /** The scope of this name; machines' doors take keys alone, so that a worker's is none here. */
  static Optional<Scope> scope(String word) {
    return Arrays.stream(Scope.values())
        .filter(scope -> scope != Scope.WORKER)
        .filter(scope -> scope.name().toLowerCase(Locale.ROOT).equals(word))
        .findFirst();
  }

  /** Words that are no name and no beginning of one are left out; of none is nothing left. */
  private static Optional<AllowList> models(List<String> words) {
    Set<ModelName> names = new TreeSet<>();
    Set<ModelPattern> patterns = new TreeSet<>();
    for (String word : words) {
      ModelName.parse(word).ifPresent(names::add);
      ModelPattern.parse(word).ifPresent(patterns::add);
    }
    return names.isEmpty() && patterns.isEmpty()
        ? Optional.empty()
        : Optional.of(new AllowList(names, patterns));
  }

  private static List<String> words(JWTClaimsSet claims, String claim) {
    List<String> words = new ArrayList<>();
    Object value = claims.getClaim(claim);
    if (value instanceof String text) {
      words.addAll(List.of(text.strip().split("\\s+", -1)));
    } else if (value instanceof List<?> list) {
      list.stream().filter(String.class::isInstance).map(String.class::cast).forEach(words::add);
    }
    return words;
  }

  @SuppressWarnings("JavaUtilDate")
  private static Optional<Instant> moment(@org.jspecify.annotations.Nullable Date date) {
    return Optional.ofNullable(date).map(Date::toInstant);
  }
}
