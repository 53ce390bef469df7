package example;

import example.text.TextReply;
import example.text.TextRequest;
import example.text.WordCount;
import io.remuda.node.sdk.BadInput;
import io.remuda.node.sdk.Model;
import io.remuda.node.sdk.ModelCard;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts what a text is made of. */
@ModelCard(
    name = "text-stats",
    description = "counts the words and sentences of a text",
    concurrency = 8,
    timeoutMillis = 5_000)
public final class TextStats implements Model<TextRequest, TextReply> {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}']+");
  private static final Pattern END = Pattern.compile("[.!?]+(\\s|$)");

  @Override
  public TextReply predict(TextRequest request) {
    if (request.getText().isBlank()) {
      throw new BadInput("text is empty; send the text to be counted");
    }
    if (request.getMost() < 0) {
      throw new BadInput("most is " + request.getMost() + "; it is at least 0");
    }
    Map<String, Integer> counts = new TreeMap<>();
    int words = 0;
    Matcher word = WORD.matcher(request.getText().toLowerCase(Locale.ROOT));
    while (word.find()) {
      words++;
      counts.merge(word.group(), 1, Integer::sum);
    }
    int sentences = Math.max(1, (int) END.matcher(request.getText()).results().count());
    TextReply.Builder reply =
        TextReply.newBuilder()
            .setCharacters(request.getText().codePoints().count())
            .setWords(words)
            .setSentences(sentences)
            .setWordsPerSentence((double) words / sentences);
    counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(request.getMost())
        .map(each -> WordCount.newBuilder().setWord(each.getKey()).setCount(each.getValue()))
        .forEach(reply::addCommonest);
    return reply.build();
  }
}
