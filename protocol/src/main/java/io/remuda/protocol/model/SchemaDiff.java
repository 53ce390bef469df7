package io.remuda.protocol.model;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import io.remuda.protocol.Refused;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What one schema has that another one has not, field by field, over all types that can be reached
 * from the two messages. Fields are matched by their numbers, as they are on the wire; one that
 * kept its name under another number is told as moved.
 *
 * <p>A change is compatible when what was written before still means the same: a field that need
 * not be set was added outside of any choice that was there, or a value was added to an enum.
 */
public record SchemaDiff(List<Change> changes) {

  /** What happened to a field, a value or a type. */
  public enum Kind {
    TYPE,
    ADDED,
    REMOVED,
    RENAMED,
    NUMBER,
    LABEL,
    ONEOF,
    /** Another message type goes in or comes out. */
    MESSAGE,
    /** The descriptors cannot be read, so that nothing is known but that they differ. */
    UNREADABLE
  }

  /**
   * One difference.
   *
   * @param path the message or enum and the field or value in it, such as {@code demo.In.text}
   * @param text a sentence without its full stop
   */
  public record Change(Kind kind, String path, String text, boolean compatible) {}

  private static final int SHOWN = 8;

  public SchemaDiff {
    changes = List.copyOf(changes);
  }

  /** What {@code wanted} changes in {@code now}. */
  public static SchemaDiff between(Schema now, Schema wanted) {
    if (now.fingerprint().equals(wanted.fingerprint())) {
      return new SchemaDiff(List.of());
    }
    List<Change> changes = new ArrayList<>();
    try {
      SchemaFiles before = SchemaFiles.parse(now.descriptors());
      SchemaFiles after = SchemaFiles.parse(wanted.descriptors());
      Walk walk = new Walk(changes);
      walk.root(before, now.inputType(), after, wanted.inputType(), "input");
      walk.root(before, now.outputType(), after, wanted.outputType(), "output");
    } catch (IllegalArgumentException e) {
      changes.clear();
    }
    if (changes.isEmpty()) {
      changes.add(unreadable(now, wanted));
    }
    return new SchemaDiff(changes);
  }

  private static Change unreadable(Schema now, Schema wanted) {
    return new Change(
        Kind.UNREADABLE,
        now.inputType(),
        "its messages %s and %s differ (schema %s, not %s) in what their descriptors do not tell"
            .formatted(now.inputType(), now.outputType(), now.fingerprint(), wanted.fingerprint()),
        false);
  }

  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /** Whether everything that was written before still means the same. */
  public boolean isCompatible() {
    return changes.stream().allMatch(Change::compatible);
  }

  /** All in one sentence; of many the first ones, those that are not compatible before others. */
  public String text() {
    String shown =
        changes.stream()
            .sorted(java.util.Comparator.comparing(Change::compatible))
            .limit(SHOWN)
            .map(Change::text)
            .collect(Collectors.joining("; "));
    return changes.size() > SHOWN ? shown + "; and " + (changes.size() - SHOWN) + " more" : shown;
  }

  /** For programs. */
  public List<Refused.Detail> details() {
    return changes.stream()
        .map(
            change ->
                new Refused.Detail(
                    change.path(), change.kind().name().toLowerCase(Locale.ROOT), change.text()))
        .toList();
  }

  /** Collects the changes of all pairs of types that it comes by. */
  private static final class Walk {
    private final List<Change> changes;
    private final Set<String> seen = new HashSet<>();

    /** Still to be compared; not within one another, as a long chain would fill the stack. */
    private final Deque<Pair> open = new ArrayDeque<>();

    private record Pair(Descriptor was, Descriptor is) {}

    Walk(List<Change> changes) {
      this.changes = changes;
    }

    void root(SchemaFiles before, String was, SchemaFiles after, String is, String role) {
      Descriptor old = before.find(was).orElseThrow(() -> new IllegalArgumentException(was));
      Descriptor fresh = after.find(is).orElseThrow(() -> new IllegalArgumentException(is));
      if (!was.equals(is)) {
        add(Kind.MESSAGE, was, "the %s message is %s, not %s".formatted(role, was, is), false);
      }
      open.add(new Pair(old, fresh));
      while (!open.isEmpty()) {
        Pair next = open.remove();
        messages(next.was(), next.is());
      }
    }

    private void add(Kind kind, String path, String text, boolean compatible) {
      changes.add(new Change(kind, path, text, compatible));
    }

    private void messages(Descriptor was, Descriptor is) {
      if (!seen.add(was.getFullName() + " " + is.getFullName())) {
        return;
      }
      Map<Integer, FieldDescriptor> before = byNumber(was);
      Map<Integer, FieldDescriptor> after = byNumber(is);
      Set<String> moved = moved(was, before, after);
      before.forEach(
          (number, field) -> {
            FieldDescriptor other = after.get(number);
            if (moved.contains(field.getName())) {
              return;
            }
            if (other != null && !moved.contains(other.getName())) {
              fields(was, field, other);
            } else {
              add(
                  Kind.REMOVED,
                  path(was, field),
                  "%s (number %d) is missing".formatted(path(was, field), number),
                  false);
            }
          });
      after.forEach(
          (number, field) -> {
            if (!moved.contains(field.getName())
                && (!before.containsKey(number) || moved.contains(before.get(number).getName()))) {
              added(was, before, field);
            }
          });
    }

    /** Fields that kept their name under another number. */
    private Set<String> moved(
        Descriptor was, Map<Integer, FieldDescriptor> before, Map<Integer, FieldDescriptor> after) {
      Map<String, Integer> numbers = new HashMap<>();
      after.values().forEach(field -> numbers.put(field.getName(), field.getNumber()));
      Set<String> moved = new HashSet<>();
      before.forEach(
          (number, field) -> {
            Integer now = numbers.get(field.getName());
            if (now != null && !now.equals(number)) {
              moved.add(field.getName());
              add(
                  Kind.NUMBER,
                  path(was, field),
                  "%s has the number %d, not %d".formatted(path(was, field), number, now),
                  false);
            }
          });
      return moved;
    }

    private void added(Descriptor was, Map<Integer, FieldDescriptor> before, FieldDescriptor is) {
      OneofDescriptor choice = is.getRealContainingOneof();
      boolean inOldChoice =
          choice != null
              && before.values().stream().anyMatch(field -> choice(field).equals(choice.getName()));
      add(
          Kind.ADDED,
          path(was, is),
          "%s (number %d, %s%s) is new"
              .formatted(
                  path(was, is),
                  is.getNumber(),
                  type(is),
                  is.isRequired() ? ", required" : inOldChoice ? ", in " + choice(is) : ""),
          !is.isRequired() && !inOldChoice);
    }

    private void fields(Descriptor in, FieldDescriptor was, FieldDescriptor is) {
      String path = path(in, was);
      if (!was.getName().equals(is.getName())) {
        add(
            Kind.RENAMED,
            path,
            "number %d of %s is %s, not %s"
                .formatted(was.getNumber(), in.getFullName(), was.getName(), is.getName()),
            false);
      }
      if (!label(was).equals(label(is))) {
        add(Kind.LABEL, path, "%s is %s, not %s".formatted(path, label(was), label(is)), false);
      }
      if (!choice(was).equals(choice(is))) {
        add(
            Kind.ONEOF,
            path,
            "%s is in %s, not in %s".formatted(path, shown(choice(was)), shown(choice(is))),
            false);
      }
      if (!type(was).equals(type(is))) {
        add(Kind.TYPE, path, "%s is %s, not %s".formatted(path, type(was), type(is)), false);
      } else if (was.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        open.add(new Pair(was.getMessageType(), is.getMessageType()));
      } else if (was.getJavaType() == FieldDescriptor.JavaType.ENUM) {
        enums(was.getEnumType(), is.getEnumType());
      }
    }

    private void enums(EnumDescriptor was, EnumDescriptor is) {
      if (!seen.add("enum " + was.getFullName())) {
        return;
      }
      Map<String, Integer> before = values(was);
      Map<String, Integer> after = values(is);
      before.forEach(
          (name, number) -> {
            String path = was.getFullName() + "." + name;
            Integer now = after.get(name);
            if (now == null) {
              add(Kind.REMOVED, path, "%s (number %d) is missing".formatted(path, number), false);
            } else if (!now.equals(number)) {
              add(
                  Kind.NUMBER,
                  path,
                  "%s has the number %d, not %d".formatted(path, number, now),
                  false);
            }
          });
      after.forEach(
          (name, number) -> {
            String path = was.getFullName() + "." + name;
            if (!before.containsKey(name)) {
              // Another name for an old number changes what is read.
              boolean fresh = !before.containsValue(number);
              add(Kind.ADDED, path, "%s (number %d) is new".formatted(path, number), fresh);
            }
          });
    }

    private static Map<String, Integer> values(EnumDescriptor type) {
      Map<String, Integer> values = new TreeMap<>();
      for (EnumValueDescriptor value : type.getValues()) {
        values.put(value.getName(), value.getNumber());
      }
      return values;
    }

    private static Map<Integer, FieldDescriptor> byNumber(Descriptor type) {
      Map<Integer, FieldDescriptor> fields = new TreeMap<>();
      type.getFields().forEach(field -> fields.put(field.getNumber(), field));
      return fields;
    }

    private static String path(Descriptor in, FieldDescriptor field) {
      return in.getFullName() + "." + field.getName();
    }

    private static String type(FieldDescriptor field) {
      return switch (field.getJavaType()) {
        case MESSAGE ->
            field.isMapField() ? map(field) : "message " + field.getMessageType().getFullName();
        case ENUM -> "enum " + field.getEnumType().getFullName();
        default -> field.getType().name().toLowerCase(Locale.ROOT);
      };
    }

    private static String map(FieldDescriptor field) {
      Descriptor entry = field.getMessageType();
      return "map of "
          + type(entry.findFieldByNumber(1))
          + " to "
          + type(entry.findFieldByNumber(2));
    }

    private static String label(FieldDescriptor field) {
      if (field.isMapField()) {
        return "a map";
      }
      if (field.isRepeated()) {
        return "repeated";
      }
      return field.isRequired() ? "required" : field.hasPresence() ? "optional" : "single";
    }

    private static String choice(FieldDescriptor field) {
      OneofDescriptor choice = field.getRealContainingOneof();
      return choice == null ? "" : choice.getName();
    }

    private static String shown(String choice) {
      return choice.isEmpty() ? "no oneof" : "oneof " + choice;
    }
  }
}
