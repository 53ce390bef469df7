package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.Continues;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream whose engine goes in its middle, and what its client has of it in the end. */
class ResumedStreamTest {

  private static final String USAGE = ",\"stream_options\":{\"include_usage\":true}";

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whereverItBreaksItsClientReadsTheSameText(boolean chat) {
    int events = uninterrupted(chat);
    int resumed = 0;
    for (int at = 1; at <= events; at++) {
      for (boolean half : new boolean[] {false, true}) {
        try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
          ask(stage, chat);
          stage.call(1).begins().says(at);
          if (half && at < events) {
            stage.call(1).saysHalf();
          }
          stage.call(1).dies();
          if (stage.calls.size() > 1) {
            stage.call(2).begins().finishes();
            resumed++;
          }

          isWhole(stage, chat);
        }
      }
    }
    System.out.printf(
        "%d breaks of a stream of %d events: %d resumed%n", 2 * events, events, resumed);
    // Behind its reason to finish nothing of it is missing.
    assertThat(resumed).isEqualTo(2 * (events - 3));
  }

  private static int uninterrupted(boolean chat) {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
      ask(stage, chat);
      stage.call(1).begins().finishes();
      isWhole(stage, chat);
      return stage.call(1).events();
    }
  }

  private static void ask(ResumedStage stage, boolean chat) {
    if (chat) {
      stage.chat(USAGE + ",\"max_tokens\":40");
    } else {
      stage.completion(USAGE + ",\"max_tokens\":40");
    }
  }

  private static void isWhole(ResumedStage stage, boolean chat) {
    String said = stage.said.toString();
    List<JsonNode> chunks = stage.chunks();
    assertThat(stage.ended).isTrue();
    assertThat(stage.text()).isEqualTo(ContinuingEngine.SENTENCE);
    assertThat(said).startsWith("200\n\n").endsWith("data: [DONE]\n\n").doesNotContain("error");
    assertThat(said.split("data: \\[DONE]", -1)).hasSize(2);
    assertThat(chunks).extracting(one -> one.path("id").asText()).containsOnly("e-1");
    assertThat(chunks).extracting(one -> one.path("created").asInt()).containsOnly(1);
    assertThat(chunks.stream().filter(one -> one.at("/choices/0/delta/role").isTextual()).count())
        .isEqualTo(chat ? 1 : 0);
    assertThat(chunks.stream().filter(one -> one.at("/choices/0/finish_reason").isTextual()))
        .hasSize(1);
    if (stage.calls.size() > 1) {
      assertThat(chunks.stream().filter(one -> one.has("remuda")))
          .singleElement()
          .satisfies(one -> assertThat(one.at("/remuda/resumed").asInt()).isEqualTo(1));
      assertThat(said).contains(": resumed at " + stage.call(2).instance + "\n\n");
      JsonNode usage = chunks.get(chunks.size() - 1).path("usage");
      assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(ContinuingEngine.PROMPT);
      assertThat(usage.path("completion_tokens").asInt()).isEqualTo(ContinuingEngine.PIECES.size());
      assertThat(usage.path("total_tokens").asInt())
          .isEqualTo(ContinuingEngine.PROMPT + ContinuingEngine.PIECES.size());
    }
  }

  @Test
  void theOtherInstanceIsGivenTheTextAndWhatIsLeftToSay() {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
      stage.chat(",\"max_tokens\":5");
      stage.call(1).begins().says(3).dies();
      ContinuingEngine second = stage.call(2);

      assertThat(second.instance).isNotEqualTo(stage.call(1).instance);
      assertThat(second.body.path("max_tokens").asInt()).isEqualTo(3);
      assertThat(second.body.at("/messages/1/content").asText()).isEqualTo("A horse");
      second.begins().finishes();

      assertThat(stage.text()).isEqualTo("A horse, a \"quoted\" café");
      assertThat(stage.said.toString()).contains("\"finish_reason\":\"length\"");
      assertThat(stage.resumes).containsExactly("resumed", "ok");
      RecentRequest told = stage.handler.recent().find("r-1").get(0);
      assertThat(told.tries())
          .extracting(RecentRequest.Try::outcome)
          .containsExactly("engine_gone", "answered");
    }
  }

  @Test
  void anEngineThatWantsTheFlagIsGivenIt() {
    try (ResumedStage stage = new ResumedStage()) {
      stage.ready("chat-1", Continues.FLAGGED_MESSAGE, 1);
      stage.ready("chat-2", Continues.FLAGGED_MESSAGE, 1);
      stage.chat("");
      stage.call(1).begins().says(3).dies();

      assertThat(stage.call(2).body.path("continue_final_message").asBoolean()).isTrue();
      assertThat(stage.call(2).body.path("add_generation_prompt").asBoolean(true)).isFalse();
    }
  }

  @Test
  void itGoesOnTwiceAndThenItsClientIsTold() {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2", "chat-3", "chat-4")) {
      stage.chat("");
      stage.call(1).begins().says(3).dies();
      stage.call(2).begins().says(3).dies();
      stage.call(3).begins().says(2).saysHalf().dies();

      assertThat(stage.calls).extracting(one -> one.instance).doesNotHaveDuplicates();
      assertThat(stage.chunks().stream().filter(one -> one.has("remuda")))
          .extracting(one -> one.at("/remuda/resumed").asInt())
          .containsExactly(1, 2);
      assertThat(stage.text()).isEqualTo("A horse, a \"quoted\" café");
      assertThat(stage.said.toString())
          .endsWith("\n\n")
          .contains("\"code\":\"engine_gone\"")
          .contains("it was not resumed: it was resumed 2 times already");
      assertThat(stage.resumes)
          .containsExactly("resumed", "resumed", "refused often", "engine_gone");
      assertThat(stage.ended).isTrue();
    }
  }

  @Test
  void aRequestThatEndsEnginesBeforeTheyBeginEndsAsFewAsOneThatStreams() {
    try (ResumedStage stage =
        new ResumedStage().ready("chat-1", "chat-2", "chat-3", "chat-4", "chat-5", "chat-6")) {
      stage.chat("");
      stage.call(1).begins().says(3).dies();
      for (int next = 2; next <= stage.calls.size(); next++) {
        stage.call(next).dies();
      }

      assertThat(stage.calls).as("one, and as many as resumes").hasSize(3);
      assertThat(stage.said.toString())
          .contains("\"code\":\"engine_gone\"")
          .contains("it was not resumed: it was tried 2 times");
      assertThat(stage.resumes).containsExactly("refused often", "engine_gone");
      assertThat(stage.ended).isTrue();
    }
  }

  @Test
  void enginesThatGoBeforeAndBehindTheirFirstByteCountAlike() {
    try (ResumedStage stage =
        new ResumedStage().ready("chat-1", "chat-2", "chat-3", "chat-4", "chat-5")) {
      stage.chat("");
      stage.call(1).begins().says(3).dies();
      stage.call(2).dies();
      stage.call(3).begins().says(2).dies();

      assertThat(stage.calls).hasSize(3);
      assertThat(stage.chunks().stream().filter(one -> one.has("remuda")))
          .extracting(one -> one.at("/remuda/resumed").asInt())
          .containsExactly(1);
      assertThat(stage.ended).isTrue();
    }
  }

  @Test
  void noMoreInstancesThanAttemptsAreAskedWhetherTheyHaveRoom() {
    try (ResumedStage stage =
        new ResumedStage("resume-wait = 0s, attempts = 3")
            .ready("chat-1", "chat-2", "chat-3", "chat-4", "chat-5", "chat-6")) {
      stage.chat("");
      stage.call(1).begins().says(3).dies();
      for (int next = 2; next <= stage.calls.size(); next++) {
        stage.call(next).isFull();
      }

      assertThat(stage.calls).hasSize(4);
      assertThat(stage.said.toString())
          .contains("it was not resumed: 3 other instances were asked in vain");
      assertThat(stage.ended).isTrue();
    }
  }

  @Test
  void anEngineThatFailsAtItEndsIt() {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2", "chat-3")) {
      stage.chat("");
      stage.call(1).begins().says(3).dies();
      stage.call(2).sink.onFailure(Refused.of(ErrorCode.ENGINE_FAILED, "it cannot"), true);

      assertThat(stage.calls).hasSize(2);
      assertThat(stage.said.toString())
          .contains("\"code\":\"engine_gone\"")
          .contains("the engine of " + stage.call(2).instance + " failed at it");
      assertThat(stage.ended).isTrue();
    }
  }

  @Test
  void oneThatHasNoRoomIsWaitedFor() {
    try (ResumedStage stage = new ResumedStage("waiting-rest = 10m").ready("chat-1", "chat-2")) {
      stage.chat("");
      stage.call(1).begins().says(3).dies();
      stage.call(2).isFull();
      assertThat(stage.ended).isFalse();
      assertThat(stage.handler.waitingRoom().depths()).containsEntry("chat", 1);

      // A request of another client has ended there.
      stage.handler.waitingRoom().freed("chat");

      assertThat(stage.call(3).instance).isEqualTo(stage.call(2).instance);
      stage.call(3).begins().finishes();
      assertThat(stage.text()).isEqualTo(ContinuingEngine.SENTENCE);
    }
  }

  @Test
  void whereNoOtherTakesItItsClientIsTold() {
    try (ResumedStage stage = new ResumedStage("resume-wait = 0s").ready("chat-1", "chat-2")) {
      stage.chat("");
      stage.call(1).begins().says(3).dies();
      stage.call(2).isFull();

      assertThat(stage.calls).hasSize(2);
      assertThat(stage.said.toString())
          .contains("it was not resumed: all other instances of its version are busy");
      assertThat(stage.resumes).contains("refused busy");
      assertThat(stage.ended).isTrue();
    }
  }

  @Test
  void anEngineThatDoesNotTakeTheBeginningEndsIt() {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
      stage.chat("");
      stage.call(1).begins().says(3).dies();
      stage.call(2).sink.onHead(400, List.of());
      stage.call(2).raw("{\"error\":{\"message\":\"no prefill\"}}");
      stage.call(2).sink.onEnd();

      assertThat(stage.said.toString())
          .contains("\"code\":\"engine_gone\"")
          .contains("the engine of " + stage.call(2).instance + " answered 400 to it");
      assertThat(stage.ended).isTrue();
    }
  }

  @Test
  void aClientThatLeavesEndsWhoeverGoesOn() {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
      AnswerInProgress answer = stage.chat("");
      stage.call(1).begins().says(3).dies();
      stage.call(2).begins().says(2);

      answer.cancel();

      assertThat(stage.call(2).cancelled).isTrue();
      assertThat(stage.resumes).containsExactly("resumed", "cancelled");
      stage
          .routes
          .snapshot()
          .find("chat")
          .orElseThrow()
          .ready()
          .forEach(target -> assertThat(target.inFlight()).isZero());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ",\"tools\":[{\"type\":\"function\"}]   | its request has 'tools'",
        ",\"response_format\":{\"type\":\"json_object\"} | its request has 'response_format'",
        ",\"logprobs\":true                     | its request has 'logprobs'",
        ",\"seed\":7                            | its request has 'seed'",
        ",\"n\":2                               | its request has 'n'",
        ",\"a_new_field\":1                     | its request has 'a_new_field'",
        ",\"max_tokens\":2                      | all of its max_tokens were sent"
      })
  void whatAsksForMoreThanTextIsNotResumed(String fields, String why) {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
      stage.chat(fields);
      stage.call(1).begins().says(3).dies();

      assertThat(stage.calls).hasSize(1);
      assertThat(stage.said.toString())
          .contains("\"code\":\"engine_gone\"")
          .contains("it was not resumed: " + why);
      assertThat(stage.resumes).containsExactly("refused request", "engine_gone");
    }
  }

  @ParameterizedTest
  @CsvSource({"seed, 7, its request has 'seed'", "max_tokens, 2, all of its max_tokens were sent"})
  void whatItsDeploymentSaysForTheClientCountsAsMuch(String key, String number, String why) {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
      stage.defaulted(key, number).chat("");
      stage.call(1).begins().says(3).dies();

      assertThat(stage.calls).hasSize(1);
      assertThat(stage.said.toString())
          .contains("\"code\":\"engine_gone\"")
          .contains("it was not resumed: " + why);
      assertThat(stage.resumes).containsExactly("refused request", "engine_gone");
    }
  }

  @Test
  void aLimitOfItsDeploymentHoldsForBothPartsTogether() {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
      stage.defaulted("max_tokens", "5").chat("");
      stage.call(1).begins().says(3).dies();

      assertThat(stage.call(2).body.path("max_tokens").asInt()).isEqualTo(3);
      stage.call(2).begins().finishes();
      assertThat(stage.text()).isEqualTo("A horse, a \"quoted\" café");
    }
  }

  @Test
  void aSeedOfItsDeploymentThatTheClientDoesNotWantKeepsNothingFromBeingResumed() {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
      stage.defaulted("seed", "7").chat(",\"seed\":null");
      stage.call(1).begins().says(3).dies();

      assertThat(stage.calls).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {",\"n\":1", ",\"seed\":null", ",\"logprobs\":false", ",\"top_p\":0.5"})
  void whatAsksForNothingMoreIsResumed(String fields) {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
      stage.chat(fields);
      stage.call(1).begins().says(3).dies();

      assertThat(stage.calls).hasSize(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"NONE, 1", "PROMPT, 1", "LAST_MESSAGE, 2"})
  void anInstanceThatCannotGoOnOrRunsAnotherVersionDoesNot(Continues continues, long revision) {
    try (ResumedStage stage = new ResumedStage()) {
      stage.ready("chat-1", continues, revision);
      stage.ready("chat-2", continues, revision == 1 ? 1 : 3);
      stage.chat("");
      stage.call(1).begins().says(3).dies();

      assertThat(stage.calls).hasSize(1);
      assertThat(stage.said.toString())
          .contains("as it began no other instance of its version could have gone on with it");
      assertThat(stage.resumes).containsExactly("refused alone", "engine_gone");
    }
  }

  @Test
  void whatCameIsLookedAtTooBeforeAnotherEngineGoesOn() {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
      stage.chat("");
      stage.call(1).begins().says(1);
      stage.call(1).raw("data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning\":\"hm\"}}]}\n\n");
      stage.call(1).dies();

      assertThat(stage.said.toString())
          .contains("it was not resumed: it holds reasoning, not text alone");
    }
  }

  @Test
  void aTextThatIsTooLongToKeepIsPassedOnAndNotResumed() {
    try (ResumedStage stage =
        new ResumedStage("resumed-text-size = 1 KiB").ready("chat-1", "chat-2")) {
      stage.chat("");
      stage.call(1).begins().says(2);
      String part = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n";
      for (int i = 0; i < 40; i++) {
        stage.call(1).raw(part.formatted("x".repeat(900)));
      }
      stage.call(1).dies();

      assertThat(stage.text()).hasSize(1 + 40 * 900);
      assertThat(stage.said.toString())
          .contains("it is longer than remuda.gateway.inference.resumed-text-size");
      assertThat(stage.resumes).containsExactly("refused answer", "engine_gone");
    }
  }

  @Test
  void aGatewayThatIsToldNotToDoesNot() {
    try (ResumedStage stage = new ResumedStage("resumes = 0").ready("chat-1", "chat-2")) {
      stage.chat("");
      stage.call(1).begins().says(2).dies();

      assertThat(stage.calls).hasSize(1);
      assertThat(stage.said.toString()).contains("remuda.gateway.inference.resumes is 0");
      assertThat(stage.resumes).containsExactly("refused off", "engine_gone");
    }
  }

  @Test
  void anEngineThatClosesItsStreamInTheMiddleIsGoneOnWithToo() {
    try (ResumedStage stage = new ResumedStage().ready("chat-1", "chat-2")) {
      stage.chat("");
      stage.call(1).begins().says(4).saysHalf().sink.onEnd();
      stage.call(2).begins().finishes();

      assertThat(stage.text()).isEqualTo(ContinuingEngine.SENTENCE);
    }
  }
}
