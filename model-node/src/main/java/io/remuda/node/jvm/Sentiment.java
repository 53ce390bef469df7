package io.remuda.node.jvm;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.remuda.node.proto.demo.SentimentReply;
import io.remuda.node.proto.demo.SentimentRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The typed demonstration model: says how a text sounds. A naive Bayes classifier, trained in a
 * moment from a small list of words and sentences; "not" turns the words behind it around.
 */
final class Sentiment implements TypedModel {
  static final String NAME = "sentiment";

  /** The label of words that stand in any text. */
  private static final String SAYS_NOTHING = "-";

  private static final int LONGEST_TEXT = 100_000;
  private static final Pattern WORD = Pattern.compile("[a-z']+|[.,;:!?]");
  private static final Set<String> NEGATIONS =
      Set.of("not", "no", "never", "don't", "doesn't", "didn't", "isn't", "wasn't", "cannot");

  private final Map<String, Map<String, Integer>> counts;
  private final Set<String> vocabulary;

  private Sentiment(Map<String, Map<String, Integer>> counts, Set<String> empty) {
    this.counts = counts;
    this.vocabulary = new HashSet<>();
    counts.values().forEach(words -> vocabulary.addAll(words.keySet()));
    vocabulary.removeAll(empty);
  }

  /** Trained on the list that comes with Remuda. */
  static Sentiment trained() {
    Map<String, Map<String, Integer>> counts = new TreeMap<>();
    try (InputStream file = Sentiment.class.getResourceAsStream("/demo/sentiment.tsv")) {
      if (file == null) {
        throw new IllegalStateException("demo/sentiment.tsv is missing from the distribution");
      }
      new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("\t", 2))
          .filter(fields -> fields.length == 2)
          .forEach(
              fields -> {
                Map<String, Integer> words =
                    counts.computeIfAbsent(fields[0], label -> new HashMap<>());
                for (String word : fields[1].split(" ")) {
                  words.merge(word, 1, Integer::sum);
                }
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, Integer> empty = counts.remove(SAYS_NOTHING);
    return new Sentiment(counts, empty == null ? Set.of() : empty.keySet());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "a small classifier that says whether a text sounds positive, negative or neutral";
  }

  @Override
  public Message input() {
    return SentimentRequest.getDefaultInstance();
  }

  @Override
  public Descriptor output() {
    return SentimentReply.getDescriptor();
  }

  @Override
  public Message answer(Message input) {
    String text = ((SentimentRequest) input).getText();
    if (text.isBlank()) {
      throw new IllegalArgumentException("text is empty; send the text to be judged");
    }
    if (text.length() > LONGEST_TEXT) {
      throw new IllegalArgumentException(
          "text has " + text.length() + " characters, at most " + LONGEST_TEXT + " are judged");
    }
    Map<String, Double> logs = new TreeMap<>();
    List<String> known = words(text).stream().filter(vocabulary::contains).toList();
    counts.forEach((label, words) -> logs.put(label, log(words, known)));
    double top = logs.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    double sum = logs.values().stream().mapToDouble(log -> Math.exp(log - top)).sum();
    String label =
        known.isEmpty()
            ? "neutral"
            : logs.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("neutral");
    double score =
        known.isEmpty() ? 1.0 / logs.size() : Math.exp(logs.getOrDefault(label, top) - top) / sum;
    return SentimentReply.newBuilder().setLabel(label).setScore(score).build();
  }

  /** ln of how likely a text of this label has these words, counts smoothed by a quarter. */
  private double log(Map<String, Integer> words, List<String> known) {
    double smooth = 0.25;
    double total =
        words.values().stream().mapToInt(Integer::intValue).sum() + smooth * vocabulary.size();
    return known.stream()
        .mapToDouble(word -> Math.log((words.getOrDefault(word, 0) + smooth) / total))
        .sum();
  }

  private List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT).replace('\u2019', '\''));
    int negated = 0;
    while (matcher.find()) {
      String word = matcher.group();
      if (NEGATIONS.contains(word)) {
        negated = 3;
        continue;
      }
      // "Not a good day" and "not very good" are still about good; a comma ends it.
      boolean turned = negated > 0 && vocabulary.contains("not_" + word);
      negated = Character.isLetter(word.charAt(0)) ? negated - 1 : 0;
      words.add(turned ? "not_" + word : word);
    }
    return words;
  }
}
