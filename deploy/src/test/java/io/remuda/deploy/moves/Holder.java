package io.remuda.deploy.moves;

import io.remuda.deploy.moves.LeaseClient.Answer;
import io.remuda.deploy.moves.LeaseClient.Door;
import io.remuda.deploy.moves.LeaseClient.Held;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that holds a lease and uses it, and sees nothing of its being stopped: it renews the
 * lease and calls under it again and again, whatever the answers are, by turns through the gateway
 * and at the machine itself. Told {@link #HOLD} on its input it acquires a lease; told {@link
 * #ENOUGH} it calls no more. Run as a process of its own.
 */
final class Holder {

  /** What it is told. */
  static final String HOLD = "hold";

  static final String ENOUGH = "enough";

  /** What it says, beside the lines of its calls. */
  static final String HELD = "held";

  static final String DONE = "done";

  /** The shortest time to live that there is. */
  static final int TTL_SECONDS = 1;

  private static final Duration RENEWAL = Duration.ofSeconds(TTL_SECONDS).dividedBy(4);
  private static final Duration PAUSE = Duration.ofMillis(25);

  /** Whoever started it may be gone without a word. */
  private static final Duration LIMIT = Api.LIMIT.multipliedBy(2);

  private final LeaseClient client;
  private final String model;
  private final Door door;

  private Holder(LeaseClient client, String model, Door door) {
    this.client = client;
    this.model = model;
    this.door = door;
  }

  /**
   * Holds leases until its input ends.
   *
   * @param arguments the gateway's URL, the model, the address of its machine's front, the file of
   *     the fleet's secret
   */
  public static void main(String[] arguments) throws Exception {
    Door door = new Door(arguments[2], Files.readString(Path.of(arguments[3])).strip());
    Holder holder = new Holder(new LeaseClient(arguments[0]), arguments[1], door);
    // The first call of a JVM may take longer than its lease lasts.
    Answer unused = holder.client.askFreely(holder.model);
    BufferedReader told =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = told.readLine(); line != null; line = told.readLine()) {
      if (line.equals(HOLD)) {
        holder.hold(told);
      }
    }
  }

  private void hold(BufferedReader told) throws IOException, InterruptedException {
    Held lease = client.ready(model, TTL_SECONDS);
    long began = System.nanoTime();
    long renewed = began;
    System.out.println(HELD);
    for (boolean direct = false; !told.ready(); direct = !direct) {
      System.out.println(call(lease, direct).line());
      if (System.nanoTime() - renewed >= RENEWAL.toNanos()) {
        renewed = System.nanoTime();
        renew(lease);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
      if (System.nanoTime() - began >= LIMIT.toNanos()) {
        throw new IOException("nobody said '" + ENOUGH + "' within " + LIMIT);
      }
    }
    System.out.println(DONE);
  }

  private Paused.Call call(Held lease, boolean direct) throws InterruptedException {
    Instant begin = Instant.now();
    try {
      Answer answer = direct ? client.askUnder(lease, model, door) : client.askUnder(lease, model);
      return new Paused.Call(
          begin, direct, answer.status(), answer.body().path("created").asLong());
    } catch (IOException broken) {
      System.err.println(broken);
      return new Paused.Call(begin, direct, 0, 0);
    }
  }

  /** Refused once the lease has ended, which this holder does not want to know. */
  private void renew(Held lease) throws InterruptedException {
    try {
      client.renew(lease.id());
    } catch (IOException broken) {
      System.err.println(broken);
    }
  }
}
