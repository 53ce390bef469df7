package io.remuda.protocol.model;

import io.remuda.protocol.id.ModelName;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The words in which a deployment's sentences name the others that it is tied to: its parts, those
 * that it is a part of, and the way on which it would need itself.
 *
 * <p>Who writes such a sentence does not know who reads it. Whoever shows it takes out, with {@link
 * #seenBy}, the names that its reader may not know of; so no name stands in a sentence but in the
 * words that are made here.
 */
public final class PartWords {

  /** What stands in the place of a name that the reader may not know of. */
  static final String HIDDEN = "(not shown)";

  private static final String PART = "its part ";
  private static final String USERS = "is a part of ";
  private static final String NEEDED = "is needed by ";
  private static final String STEP = " -> ";
  private static final String MORE = ", ";

  /** What a name looks like, and ends with: no sentence of these has one before its full stop. */
  private static final String NAME = "[a-z0-9][a-z0-9._-]*";

  private static final Pattern NAMED =
      Pattern.compile(
          "(?<words>%s|%s|%s)(?<names>%s(?:%s%s)*)|(?<way>%s(?:%s%s)+)"
              .formatted(PART, USERS, NEEDED, NAME, MORE, NAME, NAME, STEP, NAME));

  private PartWords() {}

  /**
   * How a part stands of one that lacks it.
   *
   * @param how such as {@code not deployed}
   */
  public static String lacks(ModelName part, String how) {
    return PART + part + " is " + how;
  }

  /** The way from a deployment back to itself, by what each of them needs. */
  public static String way(List<ModelName> path) {
    return joined(path, STEP);
  }

  /** Whose part one is. */
  public static String partOf(Collection<ModelName> users) {
    return USERS + joined(users, MORE);
  }

  /** Who needs a name. */
  public static String neededBy(Collection<ModelName> users) {
    return NEEDED + joined(users, MORE);
  }

  /** The sentence without the names of models that {@code visible} does not hold for. */
  public static String seenBy(Predicate<ModelName> visible, String sentence) {
    Matcher named = NAMED.matcher(sentence);
    return named.replaceAll(
        any ->
            Matcher.quoteReplacement(
                named.group("way") == null
                    ? named.group("words") + seen(visible, named.group("names"), MORE)
                    : seen(visible, named.group("way"), STEP)));
  }

  /** Of several in a row that are left out one is told, so that they cannot be counted. */
  private static String seen(Predicate<ModelName> visible, String names, String between) {
    StringBuilder seen = new StringBuilder();
    String last = "";
    for (String name : Arrays.asList(names.split(between, -1))) {
      String shown = ModelName.parse(name).filter(visible).isPresent() ? name : HIDDEN;
      if (!shown.equals(HIDDEN) || !last.equals(HIDDEN)) {
        seen.append(seen.length() == 0 ? "" : between).append(shown);
      }
      last = shown;
    }
    return seen.toString();
  }

  private static String joined(Collection<ModelName> names, String between) {
    return names.stream().map(ModelName::value).collect(Collectors.joining(between));
  }
}
