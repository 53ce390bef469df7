package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.SpecJson;
import io.remuda.protocol.model.StrictFields;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Reads what is asked for: the models, for how long, and the deployment that a lease may bring.
 * What is wrong with it is told here, before the registry is asked.
 */
final class LeaseIntake {

  private static final Set<String> KEYS =
      Set.of(
          "model",
          "models",
          "ttlSeconds",
          "exclusive",
          "slots",
          "session",
          "waitSeconds",
          "deployment");
  private static final Need DEPLOY = Need.oneOf(Scope.DEPLOY);
  private static final int LONGEST_SESSION = 200;

  private final Supplier<RouteSnapshot> known;
  private final LeaseSettings settings;

  LeaseIntake(Supplier<RouteSnapshot> known, LeaseSettings settings) {
    this.known = known;
    this.settings = settings;
  }

  /** The wish in {@code body}, of a lease that is to be {@code id}. */
  Wish read(Caller caller, LeaseId id, JsonNode body) {
    StrictFields fields = StrictFields.of(body, "", KEYS);
    Set<ModelName> named = models(fields);
    OptionalInt ttl = fields.integer("ttlSeconds", 1, seconds(settings.maxTtl()));
    OptionalInt patience = fields.integer("waitSeconds", 0, seconds(settings.maxPatience()));
    boolean exclusive = fields.bool("exclusive", true);
    OptionalInt slots = fields.integer("slots", 1, ModelSpec.MAX_SLOTS);
    if (exclusive && slots.isPresent()) {
      fields.problem("slots", "slots only with exclusive=false: an exclusive lease has them all");
    }
    Optional<String> session = fields.text("session");
    if (session.filter(text -> text.length() > LONGEST_SESSION).isPresent()) {
      fields.problem("session", "session is a text of at most " + LONGEST_SESSION + " characters");
    }
    boolean bringsOwn = !fields.isAbsent("deployment");
    if (named.isEmpty() && !bringsOwn && !fields.hasProblems()) {
      fields.problem("model", "model is missing: name one, several in 'models', or a deployment");
    }
    refuseProblems(fields);
    Optional<ModelSpec> own =
        bringsOwn ? Optional.of(own(caller, id, body.path("deployment"))) : Optional.empty();
    named.forEach(model -> refuseUnknown(caller, model, own));
    // A key is for the name that is asked for; what is leased is what an alias stands for now.
    Set<ModelName> models = new TreeSet<>();
    named.forEach(model -> models.add(known.get().resolve(model)));
    own.ifPresent(spec -> models.add(spec.name()));
    if (models.size() > settings.mostModels()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "a lease is of at most %d models, not %d; acquire several"
              .formatted(settings.mostModels(), models.size()),
          "models");
    }
    return new Wish(
        TaskRoutes.tenant(caller),
        models,
        exclusive,
        session,
        ttl.isPresent() ? Duration.ofSeconds(ttl.getAsInt()) : settings.defaultTtl(),
        patience.isPresent() ? Duration.ofSeconds(patience.getAsInt()) : settings.defaultPatience(),
        own,
        slots.orElse(exclusive ? 0 : 1));
  }

  /** The time to live in the body of a renewal, which may be empty. */
  Optional<Duration> ttl(Call call, byte[] body) {
    if (body.length == 0) {
      return Optional.empty();
    }
    StrictFields fields = StrictFields.of(call.asJson(body), "", Set.of("ttlSeconds"));
    OptionalInt ttl = fields.integer("ttlSeconds", 1, seconds(settings.maxTtl()));
    refuseProblems(fields);
    return ttl.isPresent() ? Optional.of(Duration.ofSeconds(ttl.getAsInt())) : Optional.empty();
  }

  /** Whether a deployment of that name was there before the lease that brings it. */
  boolean isDeclared(ModelName name) {
    return known.get().listing(name.value()).isPresent();
  }

  private static Set<ModelName> models(StrictFields fields) {
    Set<ModelName> models = new TreeSet<>();
    Optional<String> one = fields.text("model");
    List<String> several = fields.texts("models");
    if (one.isPresent() && !fields.isAbsent("models")) {
      fields.problem("models", "models and model are both there; give one of them");
    }
    one.ifPresent(word -> add(models, word, "model", fields));
    several.forEach(word -> add(models, word, "models", fields));
    return models;
  }

  private static void add(Set<ModelName> models, String word, String key, StrictFields fields) {
    Optional<ModelName> model = ModelName.parse(word);
    if (model.isEmpty()) {
      fields.problem(
          key, key + ": '" + StrictFields.shown(word) + "' does not match " + ModelName.SHAPE);
    } else if (!models.add(model.get())) {
      fields.problem(key, key + " names '" + word + "' twice; a lease has one instance of each");
    }
  }

  private ModelSpec own(Caller caller, LeaseId id, JsonNode document) {
    if (!caller.may(DEPLOY)) {
      throw Refusal.of(
          ErrorCode.NOT_ALLOWED,
          caller.title()
              + " may not deploy, so its lease cannot bring a deployment; use a key with the scope"
              + " deploy, or lease a model that is there",
          "deployment");
    }
    boolean named = !document.path("name").isMissingNode() && !document.path("name").isNull();
    SpecJson.Parsed parsed =
        SpecJson.parse(
            document, named ? Optional.empty() : Optional.of(new ModelName("lease-" + id)));
    ModelSpec spec =
        parsed
            .spec()
            .orElseThrow(
                () ->
                    Refusal.of(
                        parsed.refused().code(),
                        parsed.refused().message(),
                        ("deployment." + parsed.problems().get(0).path()).replaceAll("[.]$", "")));
    if (!caller.sees(spec.name())) {
      throw Refusal.of(
          ErrorCode.NOT_ALLOWED,
          caller.title()
              + " is for other models than '"
              + spec.name()
              + "'; use another key, or name the deployment as one of them",
          "deployment.name");
    }
    NamedModels.refuseHidden(caller, spec, "deployment.needs");
    return spec;
  }

  private void refuseUnknown(Caller caller, ModelName model, Optional<ModelSpec> own) {
    if (own.filter(spec -> spec.name().equals(model)).isPresent()) {
      return;
    }
    RouteSnapshot now = known.get();
    if (!caller.sees(model) || now.find(model.value()).isEmpty()) {
      throw now.isCold()
          ? Refusal.of(
              ErrorCode.REGISTRY_UNAVAILABLE,
              "this gateway has not heard of any model yet; try again in a moment")
          : Refusal.of(
              ErrorCode.MODEL_NOT_FOUND,
              "the model '" + model + "' does not exist; 'GET /v1/models' lists those that do",
              "model");
    }
  }

  private static int seconds(Duration most) {
    return (int) Math.min(Integer.MAX_VALUE, most.toSeconds());
  }

  private static void refuseProblems(StrictFields fields) {
    if (fields.hasProblems()) {
      SpecJson.Problem first = fields.problems().get(0);
      throw Refusal.of(ErrorCode.INVALID_REQUEST, first.text(), first.path());
    }
  }
}
