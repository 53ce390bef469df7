package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * YAML read strictly: a key that is not known, or is written twice, is refused with file, line and
 * the nearest known key, because a misspelt key that is passed over is a limit that does not hold.
 */
final class StrictYaml {

  private StrictYaml() {}

  /**
   * Which keys a mapping may have: for each its own keys, none for a plain value, or any; or that
   * there is a list of plain values.
   */
  record Keys(Map<String, Keys> known, boolean any, boolean list) {
    static final Keys VALUE = new Keys(Map.of(), false, false);
    static final Keys FREE = new Keys(Map.of(), true, false);
    static final Keys LIST = new Keys(Map.of(), false, true);

    Keys {
      known = java.util.Collections.unmodifiableMap(new TreeMap<>(known));
    }

    static Keys of(Map<String, Keys> known) {
      return new Keys(known, false, false);
    }
  }

  /** Every document of the file. */
  static List<ObjectNode> documents(String file, String text, Keys keys) {
    List<ObjectNode> documents = new ArrayList<>();
    try {
      for (Node node : new Yaml(options()).composeAll(new StringReader(text))) {
        if (!isEmpty(node)) {
          documents.add(mapping(file, "", node, keys));
        }
      }
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw bad(file, line, "this is no YAML: " + e.getProblem());
    }
    return documents;
  }

  /** A file of plain keys and values, such as the command line's own settings. */
  static Map<String, String> flat(String file, String text, Collection<String> known) {
    Map<String, Keys> keys = new TreeMap<>();
    known.forEach(key -> keys.put(key, Keys.VALUE));
    Map<String, String> values = new TreeMap<>();
    for (ObjectNode document : documents(file, text, Keys.of(keys))) {
      document.properties().forEach(entry -> values.put(entry.getKey(), entry.getValue().asText()));
    }
    return values;
  }

  private static ObjectNode mapping(String file, String path, Node node, Keys keys) {
    if (!(node instanceof MappingNode mapping)) {
      String what = path.isEmpty() ? "the document" : "'" + path + "'";
      throw bad(file, line(node), what + " must have keys and values, such as 'name: demo'");
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
      if (!keys.any() && !keys.known().containsKey(key)) {
        throw bad(file, line(tuple.getKeyNode()), unknown(path, key, keys));
      }
      if (object.has(key)) {
        throw bad(file, line(tuple.getKeyNode()), "the key '" + key + "' is there twice");
      }
      Keys below = keys.any() ? Keys.VALUE : keys.known().getOrDefault(key, Keys.VALUE);
      String childPath = path.isEmpty() ? key : path + "." + key;
      if (below.any() || !below.known().isEmpty()) {
        object.set(key, mapping(file, childPath, tuple.getValueNode(), below));
      } else if (below.list()) {
        object.set(key, list(file, childPath, tuple.getValueNode()));
      } else {
        object.set(key, scalar(file, childPath, tuple.getValueNode()));
      }
    }
    return object;
  }

  private static JsonNode list(String file, String path, Node node) {
    if (!(node instanceof SequenceNode sequence)) {
      throw bad(file, line(node), "'" + path + "' must be a list, such as '[a, b]'");
    }
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    sequence.getValue().forEach(each -> all.add(scalar(file, path, each)));
    return all;
  }

  private static JsonNode scalar(String file, String path, Node node) {
    if (!(node instanceof ScalarNode scalar)) {
      throw bad(file, line(node), "'" + path + "' must be one plain value");
    }
    JsonNodeFactory json = JsonNodeFactory.instance;
    String text = scalar.getValue();
    try {
      if (scalar.getTag().equals(Tag.INT)) {
        return json.numberNode(Long.parseLong(text.replace("_", "")));
      }
      if (scalar.getTag().equals(Tag.FLOAT)) {
        return json.numberNode(Double.parseDouble(text.replace("_", "")));
      }
    } catch (NumberFormatException e) {
      throw bad(file, line(node), "'" + path + "' is no number that fits: " + text);
    }
    if (scalar.getTag().equals(Tag.BOOL)) {
      return json.booleanNode(List.of("true", "yes", "on").contains(text.toLowerCase(Locale.ROOT)));
    }
    if (scalar.getTag().equals(Tag.NULL)) {
      throw bad(file, line(node), "'" + path + "' has no value; leave the key out or give one");
    }
    return json.textNode(text);
  }

  private static String unknown(String path, String key, Keys keys) {
    String where = path.isEmpty() ? "" : " in '" + path + "'";
    String hint =
        Nearest.to(key, keys.known().keySet())
            .map(near -> "did you mean '" + near + "'?")
            .orElse("known are " + String.join(", ", keys.known().keySet()));
    return "unknown key '" + key + "'" + where + "; " + hint;
  }

  private static boolean isEmpty(Node node) {
    return node instanceof ScalarNode scalar && scalar.getValue().isEmpty();
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  private static CliFailure bad(String file, int line, String what) {
    return new CliFailure(Exit.USAGE, file + ":" + line + ": " + what);
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(true); // Refused above, with the line.
    options.setMaxAliasesForCollections(0);
    options.setCodePointLimit(1 << 20);
    return options;
  }
}
