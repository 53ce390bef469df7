package io.remuda.deploy.task;

import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import io.remuda.protocol.testing.TestFolders;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Kills each part of the durable tasks at each point of a task's way, and counts what was lost and
 * what showed twice; run by deploy/faults/tasks.sh. Ends with 1 when anything was or did.
 */
public final class Faults {

  private static final int LANES = 4;

  private final int kills;
  private final Path folder;
  private final List<Runnable> servers = new ArrayList<>();

  private Faults(int kills, Path folder) {
    this.kills = kills;
    this.folder = folder;
  }

  /** Arguments: how often at each point; then names of points, none for all. */
  public static void main(String[] arguments) throws Exception {
    int kills = Integer.parseInt(arguments[0]);
    List<FaultPoint> points =
        arguments.length == 1
            ? List.of(FaultPoint.values())
            : Arrays.stream(arguments).skip(1).map(FaultPoint::valueOf).toList();
    Path folder = TestFolders.untilExit("faults");
    boolean kept = new Faults(kills, folder).run(points);
    System.out.println(kept ? "nothing was lost, nothing showed twice" : "the promise was broken");
    System.exit(kept ? 0 : 1);
  }

  private boolean run(List<FaultPoint> points) throws InterruptedException {
    ExecutorService lanes = Executors.newFixedThreadPool(LANES);
    boolean kept = true;
    try {
      RabbitServer broker = RabbitServer.own();
      servers.add(broker::kill);
      RedisServer results = lasting();
      PartFaults parts = new PartFaults(broker.url(), results.url(), folder);
      List<Future<FaultCount>> counts = new ArrayList<>();
      // The slow ones first, so that the others run beside them.
      for (int i = points.size() - 1; i >= 0; i--) {
        counts.add(lanes.submit(counting(points.get(i), parts, broker, results)));
      }
      for (Future<FaultCount> counted : counts) {
        kept &= told(counted);
      }
    } finally {
      lanes.shutdownNow();
      servers.forEach(Runnable::run);
    }
    return kept;
  }

  private boolean told(Future<FaultCount> counted) throws InterruptedException {
    try {
      FaultCount count = counted.get();
      System.out.println(count);
      return count.kept(kills);
    } catch (ExecutionException e) {
      e.printStackTrace();
      return false;
    }
  }

  private Callable<FaultCount> counting(
      FaultPoint point, PartFaults parts, RabbitServer broker, RedisServer results) {
    return switch (point) {
      case BROKER_KILLED ->
          () -> {
            RabbitServer killed = RabbitServer.own();
            keep(killed::kill);
            return new LoadFaults()
                .run(
                    point,
                    kills,
                    killed.url(),
                    results.url(),
                    () -> {
                      killed.kill();
                      killed.restart();
                    });
          };
      case STORE_KILLED ->
          () -> {
            RedisServer killed = lasting();
            return new LoadFaults()
                .run(
                    point,
                    kills,
                    broker.url(),
                    killed.url(),
                    () -> {
                      killed.kill();
                      killed.restart();
                    });
          };
      case STORE_FLUSHED ->
          () -> {
            RedisServer flushed = lasting();
            return new LoadFaults().run(point, kills, broker.url(), flushed.url(), flushed::flush);
          };
      case GATEWAY_BEFORE_PUBLISH,
          GATEWAY_UNCONFIRMED,
          GATEWAY_CONFIRMED,
          WORKER_TAKEN,
          WORKER_CLAIMED,
          WORKER_COMPUTED,
          WORKER_STORED,
          WORKER_ACKNOWLEDGED ->
          () -> parts.run(point, kills);
    };
  }

  /** A result store that keeps what it said through its own end. */
  private RedisServer lasting() {
    RedisServer made = RedisServer.own(List.of("--appendonly", "yes", "--appendfsync", "always"));
    keep(made::kill);
    return made;
  }

  private void keep(Runnable end) {
    synchronized (servers) {
      servers.add(end);
    }
  }
}
