package io.remuda.protocol.access;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.ModelPattern;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The models that somebody may use: by name, by the beginning of their names, or all of them, which
 * is what an empty list means.
 */
public record AllowList(Set<ModelName> names, Set<ModelPattern> patterns) {

  public static final AllowList ALL = new AllowList(Set.of(), Set.of());

  public AllowList {
    names = Collections.unmodifiableSet(new TreeSet<>(names));
    patterns = Collections.unmodifiableSet(new TreeSet<>(patterns));
  }

  /** The one with these words, as {@link #words} writes it; of a wrong word nothing is allowed. */
  public static boolean allows(Collection<String> words, ModelName model) {
    return words.isEmpty()
        || words.contains(model.value())
        || words.stream()
            .map(ModelPattern::parse)
            .flatMap(Optional::stream)
            .anyMatch(pattern -> pattern.covers(model));
  }

  public boolean isEverything() {
    return names.isEmpty() && patterns.isEmpty();
  }

  public boolean allows(ModelName model) {
    return isEverything()
        || names.contains(model)
        || patterns.stream().anyMatch(pattern -> pattern.covers(model));
  }

  /** Whether {@code other} allows nothing that this one does not. */
  public boolean covers(AllowList other) {
    return isEverything()
        || (!other.isEverything()
            && other.names.stream().allMatch(this::allows)
            && other.patterns.stream()
                .allMatch(narrow -> patterns.stream().anyMatch(wide -> wide.covers(narrow))));
  }

  /** Names and patterns as people write them; none when it is everything. */
  public List<String> words() {
    return Stream.concat(
            names.stream().map(ModelName::value), patterns.stream().map(ModelPattern::toString))
        .toList();
  }
}
