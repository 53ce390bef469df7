package io.remuda.gateway.typed;

import io.remuda.gateway.routing.ModelEntry;
import io.remuda.protocol.Listing;
import io.remuda.protocol.model.Schema;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas that this gateway has met, each parsed once; equal fingerprints share one. Holds at
 * most as many as configured and forgets the oldest first. May be used by many threads at once.
 */
public final class SchemaCache {

  private static final Logger LOG = LoggerFactory.getLogger(SchemaCache.class);

  private final TypedSettings settings;
  private final Map<String, Optional<TypedModel>> parsed = new ConcurrentHashMap<>();
  private final Queue<String> order = new ConcurrentLinkedQueue<>();

  public SchemaCache(TypedSettings settings) {
    this.settings = settings;
  }

  /** The schema of a model as the registry lists it; empty for one that is not typed. */
  public Optional<TypedModel> of(ModelEntry entry) {
    return entry.listing().flatMap(Listing::schema).flatMap(this::of);
  }

  /** The parsed schema; empty when its descriptors do not hold together, which is logged once. */
  public Optional<TypedModel> of(Schema schema) {
    Optional<TypedModel> known = parsed.get(schema.fingerprint());
    if (known != null) {
      return known;
    }
    Optional<TypedModel> fresh = parse(schema);
    Optional<TypedModel> first = parsed.putIfAbsent(schema.fingerprint(), fresh);
    if (first != null) {
      return first;
    }
    order.add(schema.fingerprint());
    while (parsed.size() > settings.cachedSchemas()) {
      String oldest = order.poll();
      if (oldest == null) {
        break;
      }
      parsed.remove(oldest);
    }
    return fresh;
  }

  /** A schema that was parsed before and is still kept. */
  public Optional<TypedModel> met(String fingerprint) {
    Optional<TypedModel> known = parsed.get(fingerprint);
    return known == null ? Optional.empty() : known;
  }

  public TypedSettings settings() {
    return settings;
  }

  private Optional<TypedModel> parse(Schema schema) {
    try {
      return Optional.of(TypedModel.parse(schema, settings));
    } catch (IllegalArgumentException e) {
      LOG.warn(
          "event=schema-unreadable fingerprint={} why={}", schema.fingerprint(), e.getMessage());
      return Optional.empty();
    }
  }
}
