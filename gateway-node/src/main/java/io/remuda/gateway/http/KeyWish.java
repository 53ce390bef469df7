package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.ModelPattern;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.model.StrictFields;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The key that somebody asks for. It is not checked whether they may have it.
 *
 * @param tenant the caller's own where they do not say
 */
record KeyWish(
    String label,
    Set<Scope> scopes,
    AllowList models,
    Optional<String> tenant,
    Optional<Instant> expiresAt,
    Limits limits) {

  private static final Set<String> FIELDS =
      Set.of("label", "scopes", "models", "tenant", "expiresInSeconds", "expiresAt", "limits");

  /** A key with more would not fit into the messages that carry it. */
  private static final int MOST_MODELS = 500;

  static final Pattern TENANT = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  /** What a body asks for; all that is wrong with it is refused at once. */
  static KeyWish of(JsonNode body, Caller caller, Instant now) {
    StrictFields fields = StrictFields.of(body, "", FIELDS);
    String label = fields.text("label").orElse("");
    if (label.length() > 200) {
      fields.problem("label", "label is at most 200 letters long");
    }
    Optional<String> tenant = fields.text("tenant");
    if (tenant.filter(name -> !TENANT.matcher(name).matches()).isPresent()) {
      fields.problem("tenant", "a tenant's name matches " + TENANT.pattern());
    }
    KeyWish wish =
        new KeyWish(
            label,
            scopes(fields),
            models(fields),
            tenant.or(caller::tenant),
            expiry(fields, now),
            fields.object("limits", LimitWish.FIELDS).map(LimitWish::of).orElse(Limits.NONE));
    refuseProblems(fields);
    return wish;
  }

  static void refuseProblems(StrictFields fields) {
    if (fields.hasProblems()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          String.join("; ", fields.problems().stream().map(problem -> problem.text()).toList()),
          fields.problems().get(0).path());
    }
  }

  private static Set<Scope> scopes(StrictFields fields) {
    fields.require("scopes");
    Set<Scope> scopes = new TreeSet<>();
    for (String word : fields.texts("scopes")) {
      Optional<Scope> scope =
          List.of(Scope.values()).stream()
              .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(word))
              .findFirst();
      scope.ifPresentOrElse(
          scopes::add,
          () ->
              fields.problem(
                  "scopes",
                  "the scope '"
                      + StrictFields.shown(word)
                      + "' is unknown; known are infer, deploy, admin, audit, worker"));
    }
    if (scopes.isEmpty() && !fields.hasProblems()) {
      fields.problem(
          "scopes", "scopes is empty; give at least one of infer, deploy, admin, audit, worker");
    }
    return scopes;
  }

  private static AllowList models(StrictFields fields) {
    Set<ModelName> names = new TreeSet<>();
    Set<ModelPattern> patterns = new TreeSet<>();
    List<String> words = fields.texts("models");
    if (words.size() > MOST_MODELS) {
      fields.problem(
          "models",
          "models names %d models; name at most %d, or none for all of them, and make another key"
                  .formatted(words.size(), MOST_MODELS)
              + " for the others");
    }
    for (String word : words) {
      ModelName.parse(word).ifPresent(names::add);
      ModelPattern.parse(word).ifPresent(patterns::add);
      if (ModelName.parse(word).isEmpty() && ModelPattern.parse(word).isEmpty()) {
        fields.problem(
            "models",
            "'%s' does not match %s, nor is it %s"
                .formatted(StrictFields.shown(word), ModelName.SHAPE, ModelPattern.SHAPE));
      }
    }
    return new AllowList(names, patterns);
  }

  private static Optional<Instant> expiry(StrictFields fields, Instant now) {
    OptionalInt seconds = fields.integer("expiresInSeconds", 1, Integer.MAX_VALUE);
    Optional<String> at = fields.text("expiresAt");
    if (seconds.isPresent() && at.isPresent()) {
      fields.problem("expiresAt", "give one of expiresAt and expiresInSeconds, not both");
    }
    if (seconds.isPresent()) {
      return Optional.of(now.plusSeconds(seconds.getAsInt()));
    }
    try {
      Optional<Instant> end = at.map(Instant::parse);
      if (end.isPresent() && !end.get().isAfter(now)) {
        fields.problem("expiresAt", "expiresAt is in the past");
      }
      return end;
    } catch (DateTimeException e) {
      fields.problem("expiresAt", "expiresAt is a time such as 2030-01-31T12:00:00Z");
      return Optional.empty();
    }
  }
}
