package io.remuda.gateway.edge;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what is measured of requests, each in the order in which it came. */
final class NotedMetrics implements RequestMetrics {

  /** The model, and how a request to it ended. */
  final List<String> outcomes = new CopyOnWriteArrayList<>();

  /** Models that were woken, and for how long the first request for each was held. */
  final List<Map.Entry<String, Duration>> woken = new CopyOnWriteArrayList<>();

  /** What became of requests on their way. */
  final List<String> ways = new CopyOnWriteArrayList<>();

  @Override
  public void ended(
      Endpoint endpoint, String model, String code, Duration firstByte, Duration total) {
    outcomes.add(model + " " + code);
  }

  @Override
  public void woken(String model, Duration held) {
    woken.add(Map.entry(model, held));
  }

  @Override
  public void retried(String model, String reason) {
    ways.add(model + " again: " + reason);
  }

  @Override
  public void fellBack(String from, String to) {
    ways.add(from + " by " + to);
  }

  @Override
  public void copied(String to) {
    ways.add("copied to " + to);
  }

  @Override
  public void notCopied(String to) {
    ways.add("not copied to " + to);
  }
}
