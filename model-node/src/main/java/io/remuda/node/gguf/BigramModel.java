package io.remuda.node.gguf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A language model counted from a text: the probability of a word after another is how often it
 * followed there. It is small enough to be made in a moment, ends by itself, and each of its
 * probabilities is known exactly, so that an engine which runs it can be checked against the
 * counts.
 *
 * <p>Its vocabulary is three special tokens, the 256 bytes, a line break, the words of the text
 * with the blank before them, and what stands around tools and calls. A paragraph begins after a
 * line break and ends with the end token. After a token that the text does not have, a paragraph
 * begins; but a call after the end of what is offered.
 */
public final class BigramModel {
  /** Begins each paragraph; what a chat template puts behind the user's words. */
  public static final String BREAK = "\n";

  /** Stands last where tools are offered, so that a call follows it. */
  private static final String OFFERED = "</tools>";

  private static final String CALL = "<tool_call>";

  private static final String CALLED = "\n</tool_call>";

  /**
   * What was said, a line for each message. Where tools are offered, and none has answered yet,
   * they stand behind it; calls are as Hermes models write them. So an engine knows how a call
   * begins and ends, which the model knows too, and holds it to the form of what is between.
   */
  private static final String CHAT_TEMPLATE =
      """
      {%- for message in messages -%}
      {%- if message.tool_calls -%}
      {%- for call in message.tool_calls -%}
      {{ '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}\
      {{- call.function.arguments | tojson }}{{ '}\\n</tool_call>\\n' }}
      {%- endfor -%}
      {%- else -%}
      {{ message['content'] }}{{ '\\n' }}
      {%- endif -%}
      {%- endfor -%}
      {%- if tools and messages[-1]['role'] != 'tool' -%}
      {{ '<tools>' }}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{{ '</tools>' }}
      {%- endif -%}
      """;

  static final int UNKNOWN = 0;
  static final int BEGIN = 1;
  static final int END = 2;
  private static final int FIRST_BYTE = 3;
  private static final int FIRST_WORD = FIRST_BYTE + 256;
  private static final Pattern WORD = Pattern.compile(" ?[A-Za-z']+|[.,;:!?]");

  private final List<String> tokens;
  private final Map<String, Integer> ids;
  private final Map<Integer, SortedMap<Integer, Integer>> counts;

  private BigramModel(
      List<String> tokens,
      Map<String, Integer> ids,
      Map<Integer, SortedMap<Integer, Integer>> counts) {
    this.tokens = List.copyOf(tokens);
    this.ids = Map.copyOf(ids);
    this.counts = Map.copyOf(counts);
  }

  /** Counted from the text about herds that comes with Remuda. */
  public static BigramModel ofDemoCorpus() {
    try (InputStream text = BigramModel.class.getResourceAsStream("/demo/corpus.txt")) {
      if (text == null) {
        throw new IllegalStateException("demo/corpus.txt is missing from the distribution");
      }
      return of(new String(text.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Counted from {@code text}, whose paragraphs are separated by blank lines. */
  public static BigramModel of(String text) {
    List<List<String>> paragraphs = new ArrayList<>();
    Set<String> words = new LinkedHashSet<>();
    for (String paragraph : text.strip().split("\\n\\s*\\n")) {
      List<String> pieces = new ArrayList<>();
      Matcher matcher = WORD.matcher(paragraph.replaceAll("\\s+", " ").strip());
      while (matcher.find()) {
        pieces.add(matcher.group());
      }
      paragraphs.add(pieces);
      words.addAll(pieces);
    }
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    for (int value = 0; value < 256; value++) {
      tokens.add("<0x%02X>".formatted(value));
    }
    tokens.add(BREAK);
    tokens.addAll(words);
    tokens.addAll(List.of(OFFERED, CALL, CALLED));
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (int id = FIRST_WORD; id < tokens.size(); id++) {
      ids.put(tokens.get(id), id);
    }
    Map<Integer, SortedMap<Integer, Integer>> counts = new TreeMap<>();
    for (List<String> paragraph : paragraphs) {
      int current = FIRST_WORD;
      for (String word : paragraph) {
        int next = ids.getOrDefault(word, UNKNOWN);
        counts.computeIfAbsent(current, each -> new TreeMap<>()).merge(next, 1, Integer::sum);
        current = next;
      }
      counts.computeIfAbsent(current, each -> new TreeMap<>()).merge(END, 1, Integer::sum);
    }
    int offered = tokens.size() - 3;
    int call = offered + 1;
    int called = offered + 2;
    counts.put(offered, new TreeMap<>(Map.of(call, 1)));
    counts.put(call, new TreeMap<>(Map.of(FIRST_WORD, 1)));
    // Where it may end, it does: else an engine that allows several would get call after call.
    counts.put(FIRST_BYTE + '}', new TreeMap<>(Map.of(called, 1)));
    counts.put(called, new TreeMap<>(Map.of(END, 1)));
    return new BigramModel(tokens, ids, counts);
  }

  public int vocabulary() {
    return tokens.size();
  }

  /** The token's text; special tokens and bytes as {@code <s>} and {@code <0x41>}. */
  public String token(int id) {
    return tokens.get(id);
  }

  /** The id of a word with its blank, of a mark, or of {@link #BREAK}; -1 for none. */
  public int id(String token) {
    return ids.getOrDefault(token, -1);
  }

  public boolean isEnd(int id) {
    return id == END;
  }

  /** What followed {@code id} in the text, with how often; never empty. */
  public SortedMap<Integer, Integer> followers(int id) {
    SortedMap<Integer, Integer> followers = counts.get(id);
    if (followers != null) {
      return followers;
    }
    if (id == END) {
      return new TreeMap<>(Map.of(END, 1));
    }
    return counts.getOrDefault(FIRST_WORD, new TreeMap<>(Map.of(END, 1)));
  }

  /** ln(count / total) of {@code next} after {@code current}; negative infinity if never seen. */
  public double logProbability(int current, int next) {
    SortedMap<Integer, Integer> followers = followers(current);
    int total = followers.values().stream().mapToInt(Integer::intValue).sum();
    return Math.log((double) followers.getOrDefault(next, 0) / total);
  }

  /**
   * Writes it as a GGUF file of about 3 MB, which any engine of that format runs. With embeddings
   * that are one-hot and attention that is zero, the output layer is the table of logarithms.
   */
  public void writeGguf(Path file) throws IOException {
    int size = vocabulary();
    LlamaShape shape = new LlamaShape(1, size, 32, 1, 32, size, 2048);
    List<Integer> types = new ArrayList<>();
    for (int id = 0; id < size; id++) {
      types.add(
          id == UNKNOWN
              ? GgufWriter.TOKEN_UNKNOWN
              : id < FIRST_BYTE
                  ? GgufWriter.TOKEN_CONTROL
                  : id < FIRST_WORD ? GgufWriter.TOKEN_BYTE : GgufWriter.TOKEN_USER_DEFINED);
    }
    GgufWriter writer = shape.writer("remuda-demo", tokens, types);
    writer.string("tokenizer.chat_template", CHAT_TEMPLATE);
    shape.write(
        writer,
        file,
        (tensor, row, values) -> {
          switch (tensor) {
            case "token_embd.weight" -> values[row] = 100;
            case "output_norm.weight" -> Arrays.fill(values, (float) (1 / Math.sqrt(size)));
            case "output.weight" -> {
              for (int current = 0; current < size; current++) {
                double log = logProbability(current, row);
                values[current] = Double.isInfinite(log) ? -30 : (float) log;
              }
            }
            default -> Arrays.fill(values, 0);
          }
        });
  }
}
