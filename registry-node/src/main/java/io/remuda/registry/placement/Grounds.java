package io.remuda.registry.placement;

import io.remuda.protocol.model.LastWords;
import io.remuda.protocol.model.Spread;
import io.remuda.protocol.model.Verdict;
import java.util.List;

/**
 * Why an instance went where it went: what was weighed at that moment. The journal keeps it for
 * ever, so it is bounded: of many machines only some are told of, the rest is counted.
 *
 * @param used the share of the chosen machine that is in use with the instance: the score, which
 *     binpack wants high and spread low
 * @param neighbours instances of the same model that the chosen machine had already
 * @param machines how many machines were looked at
 * @param weighed the chosen machine first, then the others that would have done, the best first,
 *     then those that were passed over, each with the predicate that failed and the numbers
 */
public record Grounds(
    Spread strategy, double used, int neighbours, int machines, List<Verdict> weighed) {

  /** So many machines are told of at most. */
  public static final int MOST = 32;

  private static final int VERDICT_BYTES = 400;

  public Grounds {
    weighed = bounded(weighed);
  }

  /** The first of {@code weighed}, as many and as long as the journal keeps for ever. */
  public static List<Verdict> bounded(List<Verdict> weighed) {
    return weighed.stream().limit(MOST).map(Grounds::bounded).toList();
  }

  /** How many of those looked at are not told of. */
  public int untold() {
    return machines - weighed.size();
  }

  /** The score and who else there was, in a few words. */
  public String text() {
    long fit = weighed.stream().filter(Verdict::fits).count();
    long passed = weighed.size() - fit;
    StringBuilder text = new StringBuilder();
    text.append("by %s, %d %% full with it".formatted(strategy.word(), Math.round(used * 100)));
    if (strategy == Spread.SPREAD) {
      text.append(" and ").append(neighbours).append(" of the same there before");
    }
    if (machines == 1) {
      return text.append("; no other machine is known").toString();
    }
    text.append("; of %d machines ".formatted(machines));
    text.append(fit).append(fit == 1 ? " fits, " : " fit, ");
    text.append(passed).append(passed == 1 ? " does not" : " do not");
    if (untold() > 0) {
      text.append(", and ").append(untold()).append(" more were looked at");
    }
    return text.toString();
  }

  private static Verdict bounded(Verdict verdict) {
    return new Verdict(
        verdict.machine(),
        verdict.fits(),
        verdict.everFits(),
        verdict.predicate(),
        LastWords.within(verdict.text(), VERDICT_BYTES));
  }
}
