package io.remuda.node.jvm;

import io.remuda.node.gguf.BigramModel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The demonstration text generator: chains words as they follow each other in one small text about
 * herds, and says so first. It understands nothing; it shows that a fleet works.
 */
final class DemoChat implements ChatModel {
  static final String NAME = "demo";
  private static final int VECTOR = 64;
  private static final Pattern PIECE = Pattern.compile("[\\p{L}\\p{N}']+|[^\\s\\p{L}\\p{N}']");
  private static final List<String> NOTICE =
      List.of(
          "I",
          " am",
          " Remuda's",
          " demo",
          " model",
          ",",
          " and",
          " I",
          " only",
          " chain",
          " words",
          " of",
          " one",
          " small",
          " text",
          ".",
          " ");

  private final BigramModel words;

  private DemoChat(BigramModel words) {
    this.words = words;
  }

  static DemoChat ofDemoCorpus() {
    return new DemoChat(BigramModel.ofDemoCorpus());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "a demonstration that chains words of one small text about herds";
  }

  @Override
  public Iterator<String> answer(List<Turn> conversation, Sampling sampling) {
    long seed = sampling.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
    String question =
        conversation.isEmpty() ? "" : conversation.get(conversation.size() - 1).text();
    return new Chain(opening(question), sampling.temperature(), new SplittableRandom(seed));
  }

  /** "The herd" for a question about the herd: the last of its words that may follow "The". */
  private List<Integer> opening(String question) {
    int article = words.id("The");
    List<Integer> opening = new ArrayList<>();
    for (String piece : pieces(question.toLowerCase(Locale.ROOT))) {
      int word = words.id(" " + piece);
      if (word >= 0 && words.followers(article).containsKey(word)) {
        opening = List.of(article, word);
      }
    }
    return opening;
  }

  @Override
  public int count(String text) {
    return pieces(text).size();
  }

  @Override
  public float[] embed(String text) {
    float[] vector = new float[VECTOR];
    for (String piece : pieces(text.toLowerCase(Locale.ROOT))) {
      // Each word has a direction of its own; a text is the sum of its words.
      SplittableRandom direction = new SplittableRandom(piece.hashCode());
      for (int index = 0; index < VECTOR; index++) {
        vector[index] += (float) (direction.nextDouble() - 0.5);
      }
    }
    double square = 0;
    for (float value : vector) {
      square += value * value;
    }
    if (square == 0) {
      vector[0] = 1;
      return vector;
    }
    float scale = (float) (1 / Math.sqrt(square));
    for (int index = 0; index < VECTOR; index++) {
      vector[index] *= scale;
    }
    return vector;
  }

  private static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    Matcher matcher = PIECE.matcher(text);
    while (matcher.find()) {
      pieces.add(matcher.group());
    }
    return pieces;
  }

  /** The notice, the opening, and then word after word until a paragraph ends. */
  private final class Chain implements Iterator<String> {
    private final Iterator<String> notice = NOTICE.iterator();
    private final Iterator<Integer> opening;
    private final double temperature;
    private final RandomGenerator random;
    private int current;
    private int next;

    Chain(List<Integer> opening, double temperature, RandomGenerator random) {
      this.opening = opening.iterator();
      this.temperature = temperature;
      this.random = random;
      this.current = words.id(BigramModel.BREAK);
      this.next = this.opening.hasNext() ? this.opening.next() : choose();
    }

    @Override
    public boolean hasNext() {
      return notice.hasNext() || !words.isEnd(next);
    }

    @Override
    public String next() {
      if (notice.hasNext()) {
        return notice.next();
      }
      if (words.isEnd(next)) {
        throw new NoSuchElementException("the answer has ended");
      }
      current = next;
      next = opening.hasNext() ? opening.next() : choose();
      return words.token(current);
    }

    private int choose() {
      Map<Integer, Integer> followers = words.followers(current);
      double sum = 0;
      int likeliest = -1;
      for (Map.Entry<Integer, Integer> each : followers.entrySet()) {
        if (likeliest < 0 || each.getValue() > followers.getOrDefault(likeliest, 0)) {
          likeliest = each.getKey();
        }
        sum += weight(each.getValue());
      }
      if (temperature <= 0) {
        return likeliest;
      }
      double left = random.nextDouble() * sum;
      for (Map.Entry<Integer, Integer> each : followers.entrySet()) {
        left -= weight(each.getValue());
        if (left < 0) {
          return each.getKey();
        }
      }
      return likeliest;
    }

    private double weight(int count) {
      return temperature <= 0 ? 0 : Math.pow(count, 1 / temperature);
    }
  }
}
