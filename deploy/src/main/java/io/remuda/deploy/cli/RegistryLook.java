package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/** What {@code doctor} finds at a fleet's registry nodes, and by them at other nodes' clocks. */
final class RegistryLook {

  /** Takes a finding. */
  interface Findings {
    void found(String check, String state, String text);
  }

  private RegistryLook() {}

  /**
   * One finding for each registry node, one for each node whose clock is off, and one for each
   * reason why API keys cannot be changed: all registry nodes ask the same one of them.
   */
  static void at(Iterable<JsonNode> nodes, Findings findings) {
    Set<String> clocks = new LinkedHashSet<>();
    Set<String> keys = new LinkedHashSet<>();
    boolean any = false;
    for (JsonNode node : nodes) {
      any = true;
      findings.found("registry", state(node), node.path("node").asText() + " " + standing(node));
      if (node.path("keysBroken").isTextual()) {
        keys.add(node.path("keysBroken").asText());
      }
      for (JsonNode off : node.path("clocksOff")) {
        clocks.add(clock(off, node.path("node").asText()));
      }
    }
    if (!any) {
      findings.found(
          "registry", "bad", "no registry node is known; start them, see './remuda registry -h'");
    }
    keys.forEach(
        why ->
            findings.found("keys", "bad", "can be neither made nor revoked: " + Output.few(why)));
    clocks.forEach(text -> findings.found("clock", "bad", text));
  }

  private static String state(JsonNode node) {
    return node.path("reachable").asBoolean() && node.path("ready").asBoolean() ? "ok" : "bad";
  }

  private static String standing(JsonNode node) {
    if (!node.path("reachable").asBoolean()) {
      return "is "
          + node.path("status").asText()
          + " and cannot be reached; look at its machine and network, its names move to the others";
    }
    if (!node.path("ready").asBoolean()) {
      return "takes no changes: " + Output.few(node.path("reason").asText());
    }
    return "takes changes"
        + (node.path("names").isNumber() ? ", owns " + node.path("names").asInt() + " names" : "")
        + (node.path("leads").asBoolean() ? ", leads" : "");
  }

  private static String clock(JsonNode off, String registry) {
    Duration ahead = Duration.ofMillis(off.path("aheadMillis").asLong());
    String machine =
        off.path("machine").isTextual() ? ", machine " + off.path("machine").asText() : "";
    return "of %s%s is %d s %s that of registry node %s; let NTP keep both"
        .formatted(
            off.path("node").asText(),
            machine,
            ahead.abs().toSeconds(),
            ahead.isNegative() ? "behind" : "ahead of",
            registry);
  }
}
