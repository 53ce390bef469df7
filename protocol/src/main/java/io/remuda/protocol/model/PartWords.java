package io.remuda.protocol.model;

import io.remuda.protocol.id.InstanceId;
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
 * that it is a part of, the way on which it would need itself, and those that it gives its place to
 * or takes the place of.
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
  private static final String GAVE_WAY = "gave way to ";
  private static final String GIVES_PLACE = "gives its place to ";
  private static final String ROOM = "the room there is made for ";
  private static final String LAST_PLACE = "the last place of ";
  private static final String PRIORITY = "priority is %d, that of ";
  private static final String IN_PLACE = "in place of ";
  private static final String TAKE_PLACE = "take the place of ";
  private static final String STEP = " -> ";
  private static final String MORE = ", ";

  /**
   * What a name looks like, and ends with: no sentence of these has one before its full stop.
   * Engines write in these sentences too, at any length: nothing here is tried from two places in a
   * name, nor goes deeper with the number of names.
   */
  private static final String NAME = "[a-z0-9][a-z0-9._-]*+";

  private static final String INSTANCE = "(?>[a-z0-9][a-z0-9._-]*-[0-9]+)";

  /** As registry nodes that are not upgraded yet say it: with the machine in its middle. */
  private static final String GIVES_PLACE_OF_OLD = "gives its place on [a-z0-9-]++ to ";

  /** After these a sentence goes on, also with a comma. */
  private static final String BEFORE_ONE =
      String.join(
          "|",
          GAVE_WAY,
          GIVES_PLACE,
          GIVES_PLACE_OF_OLD,
          ROOM,
          LAST_PLACE,
          PRIORITY.replace("%d", "-?[0-9]++"));

  private static final Pattern NAMED = named(BEFORE_ONE, IN_PLACE);

  /** With these such nodes begin a list of which each element is a name and what it says. */
  private static final Pattern LIST_OF_OLD =
      Pattern.compile("in place of: |the last place of what runs there: ");

  /** From there to the sentence's end a name may stand at the beginning of each element. */
  private static final Pattern NAMED_OF_OLD =
      named(
          "the last place of what runs there: |; and |" + BEFORE_ONE,
          "in place of: |; (?=%s: )|%s".formatted(INSTANCE, IN_PLACE));

  private PartWords() {}

  private static Pattern named(String beforeOne, String beforeIds) {
    return Pattern.compile(
        String.join(
            "|",
            "(?<words>%s|%s|%s)(?<names>%s(?:%s%s)*+)"
                .formatted(PART, USERS, NEEDED, NAME, MORE, NAME),
            "(?<before>%s)(?<name>%s)".formatted(beforeOne, NAME),
            "(?<place>%s|%s)(?<ids>%s(?:%s%s)*+)"
                .formatted(beforeIds, TAKE_PLACE, INSTANCE, MORE, INSTANCE),
            "(?<way>(?<![a-z0-9._-])[a-z0-9._-]++(?:%s%s)++)".formatted(STEP, NAME)));
  }

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

  /** Whom an instance gave its place to. */
  public static String gaveWayTo(ModelName taker) {
    return GAVE_WAY + taker;
  }

  /** The same as it happens. */
  public static String givesPlaceTo(ModelName taker) {
    return GIVES_PLACE + taker;
  }

  /** Why a machine gets nothing although it has room. */
  public static String roomFor(ModelName taker) {
    return ROOM + taker;
  }

  /** Whose last place a machine is. */
  public static String lastPlaceOf(ModelName model) {
    return LAST_PLACE + model;
  }

  /** What one that gave way is worth beside the one that took its place. */
  public static String priorities(int own, ModelName taker, int takers) {
    return PRIORITY.formatted(own) + taker + " " + takers;
  }

  /** Whose place another instance has, or would have. */
  public static String inPlaceOf(Collection<InstanceId> others) {
    return IN_PLACE + ids(others);
  }

  /** Whose place another instance might take. */
  public static String takePlaceOf(Collection<InstanceId> others) {
    return TAKE_PLACE + ids(others);
  }

  /** The sentence without the names of models that {@code visible} does not hold for. */
  public static String seenBy(Predicate<ModelName> visible, String sentence) {
    Matcher old = LIST_OF_OLD.matcher(sentence);
    int list = old.find() ? old.start() : sentence.length();
    return allSeen(visible, NAMED.matcher(sentence.substring(0, list)))
        + allSeen(visible, NAMED_OF_OLD.matcher(sentence.substring(list)));
  }

  private static String allSeen(Predicate<ModelName> visible, Matcher named) {
    return named.replaceAll(any -> Matcher.quoteReplacement(seen(visible, named)));
  }

  /** A name that stands alone, as {@code visible} lets it be seen. */
  public static String seenAlone(Predicate<ModelName> visible, String name) {
    return isSeen(visible, name) ? name : HIDDEN;
  }

  private static String seen(Predicate<ModelName> visible, Matcher named) {
    Predicate<String> name = raw -> isSeen(visible, raw);
    if (named.group("words") != null) {
      return named.group("words") + seen(name, named.group("names"), MORE);
    }
    if (named.group("before") != null) {
      return named.group("before") + seenAlone(visible, named.group("name"));
    }
    if (named.group("place") != null) {
      Predicate<String> id =
          raw -> InstanceId.parse(raw).map(InstanceId::model).filter(visible).isPresent();
      return named.group("place") + seen(id, named.group("ids"), MORE);
    }
    return seen(name, named.group("way"), STEP);
  }

  private static boolean isSeen(Predicate<ModelName> visible, String name) {
    return ModelName.parse(name).filter(visible).isPresent();
  }

  /** Of several in a row that are left out one is told, so that they cannot be counted. */
  private static String seen(Predicate<String> visible, String names, String between) {
    StringBuilder seen = new StringBuilder();
    String last = "";
    for (String name : Arrays.asList(names.split(between, -1))) {
      String shown = visible.test(name) ? name : HIDDEN;
      if (!shown.equals(HIDDEN) || !last.equals(HIDDEN)) {
        seen.append(seen.length() == 0 ? "" : between).append(shown);
      }
      last = shown;
    }
    return seen.toString();
  }

  private static String ids(Collection<InstanceId> others) {
    return others.stream().map(InstanceId::toString).collect(Collectors.joining(MORE));
  }

  private static String joined(Collection<ModelName> names, String between) {
    return names.stream().map(ModelName::value).collect(Collectors.joining(between));
  }
}
