package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator reads who asks why: short as a table, whole as JSON. */
class ExplainVerbTest {

  private static final String WEIGHED =
      "\"weighed\":[{\"machine\":\"m1\",\"fits\":true,\"everFits\":true,\"predicate\":\"fits\","
          + "\"text\":\"would be 80 % full with it\"},{\"machine\":\"m2\",\"fits\":false,"
          + "\"everFits\":true,\"predicate\":\"memory\",\"text\":\"needs 9 MiB, has 8\"}]";

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void tellsOfEachInstanceWhyItIsThereAndOfAMissingOneWhyNot() {
    gateway.on(
        "GET /v1/deployments/chat/why",
        200,
        "{\"name\":\"chat\",\"phase\":\"DEGRADED\",\"reason\":\"1 of 2 not placed\",\"missing\":1,"
            + "\"instances\":[{\"instance\":\"chat-3\",\"phase\":\"READY\",\"machine\":\"m1\","
            + "\"reason\":null,\"placedAt\":\"then\",\"because\":\"chat-3 assigned to m1\","
            + WEIGHED
            + "}],\"verdicts\":[{\"machine\":\"m2\",\"fits\":false,\"everFits\":true,"
            + "\"predicate\":\"memory\",\"text\":\"needs 9 MiB, has 8\"}],\"history\":[]}");

    assertThat(type("explain", "chat").out().lines())
        .containsExactly(
            "chat is DEGRADED: 1 of 2 not placed",
            "chat-3 is READY on m1 since then",
            "  chat-3 assigned to m1",
            "    m1: fits: would be 80 % full with it",
            "    m2: no, memory: needs 9 MiB, has 8",
            "Missing: 1. One more instance:",
            "  m2: no, memory: needs 9 MiB, has 8");
  }

  @Test
  void tellsHowTheModelsStandThatItsRequestsGoToBesideIt() {
    gateway.on(
        "GET /v1/deployments/chat/why",
        200,
        "{\"name\":\"chat\",\"phase\":\"READY\",\"reason\":null,\"missing\":0,\"relief\":["
            + "{\"model\":\"gone\",\"serves\":false,\"text\":\"it is not deployed\","
            + "\"as\":\"fallback\"},{\"model\":\"next\",\"serves\":true,"
            + "\"text\":\"it takes requests\",\"as\":\"shadow\",\"share\":0.05}],"
            + "\"instances\":[],\"verdicts\":[],\"history\":[]}");

    assertThat(type("explain", "chat").out().lines())
        .contains(
            "Its fallback is gone: it is not deployed",
            "Copies of 0.05 of its requests go to next: it takes requests");
  }

  @Test
  void tellsWhatItsEngineWroteOfTrouble() {
    gateway.on(
        "GET /v1/deployments/chat/why",
        200,
        "{\"name\":\"chat\",\"phase\":\"READY\",\"reason\":null,\"missing\":0,"
            + "\"instances\":[{\"instance\":\"chat-3\",\"phase\":\"READY\",\"machine\":\"m1\","
            + "\"reason\":null,\"placedAt\":\"then\",\"because\":\"assigned\",\"weighed\":[],"
            + "\"trouble\":{\"errors\":1,\"warnings\":3,\"lines\":[{\"level\":\"WARNING\","
            + "\"text\":\"it is slow\",\"count\":3,\"last\":\"noon\"},{\"level\":\"ERROR\","
            + "\"text\":\"no room\",\"count\":1,\"last\":\"dawn\"}],\"lastEnd\":{\"words\":"
            + "\"exited with code 3\\nno room\",\"at\":\"dawn\"}}}],\"verdicts\":[],\"history\":[]}");

    assertThat(type("explain", "chat").out().lines())
        .containsSubsequence(
            "chat-3 is READY on m1 since then",
            "  its engine wrote of 1 error, 3 warnings",
            "    noon WARNING (3 times): it is slow",
            "    dawn ERROR: no room",
            "  its engine ended before, dawn: exited with code 3",
            "      no room",
            "  assigned");
  }

  @Test
  void tellsHowFarAnInstanceIsThatComesUp() {
    gateway.on(
        "GET /v1/deployments/chat/why",
        200,
        "{\"name\":\"chat\",\"phase\":\"STARTING\",\"reason\":null,\"missing\":0,"
            + "\"instances\":[{\"instance\":\"chat-3\",\"phase\":\"WARMING\",\"machine\":\"m1\","
            + "\"reason\":null,\"placedAt\":\"then\",\"because\":\"assigned\",\"weighed\":[],"
            + "\"progress\":0.42,\"loading\":{\"bytesRead\":1200000000,\"bytes\":4700000000,"
            + "\"leftSeconds\":12}}],\"verdicts\":[],\"history\":[]}");

    assertThat(type("explain", "chat").out().lines())
        .contains("  loading: 42 %, 1.20 of 4.70 GB read, about 12 s left");
  }

  @Test
  void anEventIsALineAsATableAndWholeAsJson() {
    gateway.on(
        "GET /v1/events?limit=100",
        200,
        "{\"data\":[{\"id\":7,\"at\":\"then\",\"kind\":\"InstanceAssigned\",\"subject\":\"chat\","
            + "\"text\":\"chat-3 assigned to m1\",\"details\":{},"
            + WEIGHED
            + "}],\"last\":7,\"has_more\":false}");

    assertThat(type("events").out()).contains("chat-3 assigned to m1").doesNotContain("needs 9");
    assertThat(type("events", "-o", "json").out()).contains("weighed").contains("needs 9 MiB");
  }

  private Typed type(String... arguments) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), home, "", arguments);
  }
}
