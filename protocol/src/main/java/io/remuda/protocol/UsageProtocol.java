package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How gateways hand in what models were used for, and ask for it again. There is one entity, {@link
 * #ENTITY_ID}; it keeps sums by the hour in the journal's database.
 */
public final class UsageProtocol {

  public static final String ENTITY_ID = "fleet";

  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Usage");

  /** So many lines fit into one message. */
  public static final int MOST_LINES = 400;

  /** So many budgets are asked for at a time: each is a sum over what was used in a month. */
  public static final int MOST_BUDGETS = 100;

  private UsageProtocol() {}

  /** What it is told. */
  public interface Command extends WireMessage {}

  /**
   * Add these lines. Sent again under the same number it adds nothing more.
   *
   * @param gateway one start of a gateway
   * @param number rises with each that this gateway hands in; 0 adds nothing and asks only
   * @param budgets keys and tenants whose tokens of the day and month are asked for, as {@link
   *     AllowanceProtocol#key} and {@link AllowanceProtocol#tenant} name them; at most {@link
   *     #MOST_BUDGETS}, and none with lines, whose answer would wait for the sums
   */
  public record HandIn(
      String gateway,
      long number,
      List<Line> lines,
      List<String> budgets,
      ActorRef<HandedIn> replyTo)
      implements Command {
    public HandIn {
      lines = List.copyOf(lines);
      budgets = List.copyOf(budgets);
    }
  }

  /** It is in the database, or why not. */
  public record HandedIn(long number, List<Spent> spent, Optional<Refused> refused)
      implements WireMessage {
    public HandedIn {
      spent = List.copyOf(spent);
    }
  }

  /**
   * Tokens of a key or tenant that were handed in.
   *
   * @param dayHour the hour in which the day began, in UTC, counted from 1970
   * @param monthHour the same of the month
   */
  public record Spent(String holder, long dayHour, long day, long monthHour, long month)
      implements WireMessage {}

  /**
   * What one key used one model for in one hour. In an answer, where it was not asked by hour, key,
   * tenant or model, that one is 0 or nothing.
   *
   * @param hour counted from 1970
   * @param key nothing where no key was asked for
   * @param tenant nothing where it has none
   * @param model nothing where the request named none that exists
   */
  public record Line(long hour, String key, String tenant, String model, Count count)
      implements WireMessage {}

  /**
   * Sums.
   *
   * @param requests that were let in
   * @param errors of these, those that failed
   * @param estimated of these, those whose tokens no engine told
   */
  public record Count(
      long requests,
      long errors,
      long estimated,
      long promptTokens,
      long completionTokens,
      long cachedTokens)
      implements WireMessage {

    public static final Count NONE = new Count(0, 0, 0, 0, 0, 0);

    public Count plus(Count more) {
      return new Count(
          requests + more.requests,
          errors + more.errors,
          estimated + more.estimated,
          promptTokens + more.promptTokens,
          completionTokens + more.completionTokens,
          cachedTokens + more.cachedTokens);
    }

    public long tokens() {
      return promptTokens + completionTokens;
    }
  }

  /** By what sums are told apart. */
  public enum By {
    HOUR,
    KEY,
    TENANT,
    MODEL
  }

  /**
   * Ask for sums.
   *
   * @param fromHour the first hour
   * @param toHour the first hour that does not count any more
   * @param key of this key alone
   * @param tenant of this tenant alone
   * @param model of this model alone
   * @param skip so many lines of the answer; at most {@link #MOST_LINES} come
   */
  public record Read(
      long fromHour,
      long toHour,
      Optional<String> key,
      Optional<String> tenant,
      Optional<String> model,
      Set<By> by,
      int skip,
      ActorRef<Lines> replyTo)
      implements Command {
    public Read {
      by = Set.copyOf(by);
    }
  }

  /**
   * The sums.
   *
   * @param more whether others follow
   */
  public record Lines(List<Line> lines, boolean more, Optional<Refused> refused)
      implements WireMessage {
    public Lines {
      lines = List.copyOf(lines);
    }
  }
}
