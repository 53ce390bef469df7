package io.remuda.deploy.actors;

import akka.actor.typed.ActorRef;
import io.remuda.deploy.simulation.SimulatedRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What lies between the registry, machines and operators. Each message that takes it is serialized
 * and comes out as what was read again; on the way it may be lost, doubled, held up and overtaken,
 * as the play's seed says.
 */
final class Wire {

  /**
   * How it treats messages.
   *
   * @param loss the share that is lost
   * @param doubling the share that comes twice
   * @param slowest the longest delay of most of them
   * @param late the share that comes up to ten times later than that
   */
  record Weather(double loss, double doubling, Duration slowest, double late) {
    static final Weather FAIR = new Weather(0, 0, Duration.ofMillis(3), 0);
    static final Weather FOUL = new Weather(0.15, 0.15, Duration.ofMillis(600), 0.1);
  }

  private static final Set<String> CHATTER = Set.of("Report", "Ping", "Pong");
  private static final int LATER = 10;

  private final Stage stage;
  private final Set<String> cut = new HashSet<>();
  private final Map<Class<?>, Supplier<List<Duration>>> bent = new HashMap<>();
  private Weather weather = Weather.FAIR;
  private long serialized;

  Wire(Stage stage) {
    this.stage = stage;
  }

  void weather(Weather now) {
    weather = now;
  }

  /** Nobody hears this part any more, nor does it hear anybody. */
  void cut(String part) {
    cut.add(part);
    stage.tale().tell(part, "is cut off");
  }

  void join(String part) {
    cut.remove(part);
    stage.tale().tell(part, "is joined again");
  }

  /** Messages of this kind come after each of these times, whatever the weather; of none, never. */
  void bend(Class<?> kind, Supplier<List<Duration>> arrivals) {
    bent.put(kind, arrivals);
  }

  void straighten() {
    bent.clear();
  }

  /** How many messages came out of it as they went in. */
  long serialized() {
    return serialized;
  }

  <T> void send(String from, String to, T message, Consumer<T> deliver) {
    T read = stage.theatre().kit().serializationTestKit().verifySerialization(message, true);
    serialized++;
    String what = message.getClass().getSimpleName();
    List<Duration> arrivals = arrivals(from, message.getClass());
    if (arrivals.isEmpty() || cut.contains(from) || cut.contains(to)) {
      told(from, "-/-> " + to + " " + what, what);
      return;
    }
    for (Duration arrival : arrivals) {
      stage.after(
          arrival,
          () -> {
            // A message that is on its way does not come where nothing comes any more.
            if (!cut.contains(to)) {
              told(from, "-> " + to + " " + what, what);
              deliver.accept(read);
            }
          });
    }
  }

  /** Where an answer from {@code from} goes, so that it takes the wire to {@code asker}. */
  <T> ActorRef<T> back(String from, String to, ActorRef<T> asker) {
    return new SimulatedRef<>(
        from, "answer", (name, answer) -> send(from, to, answer, asker::tell));
  }

  private void told(String from, String line, String what) {
    if (CHATTER.contains(what)) {
      stage.tale().count(from + line);
    } else {
      stage.tale().tell(from, line);
    }
  }

  private List<Duration> arrivals(String from, Class<?> kind) {
    Supplier<List<Duration>> bend = bent.get(kind);
    if (bend != null) {
      return bend.get();
    }
    if (stage.chance(weather.loss())) {
      return List.of();
    }
    List<Duration> arrivals = new ArrayList<>(List.of(delay()));
    // What an operator wants comes once or not at all: twice it would be wanted twice.
    if (!from.equals(Operator.NAME) && stage.chance(weather.doubling())) {
      arrivals.add(delay());
    }
    return arrivals;
  }

  private Duration delay() {
    Duration most =
        stage.chance(weather.late()) ? weather.slowest().multipliedBy(LATER) : weather.slowest();
    return stage.upTo(most);
  }
}
