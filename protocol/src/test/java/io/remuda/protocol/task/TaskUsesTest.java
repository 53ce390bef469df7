package io.remuda.protocol.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskUse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is counted of a task that has ended. */
class TaskUsesTest {

  private static final String CHAT = "/v1/chat/completions";

  private static TaskEnvelope task(String path, String body) {
    return TaskEnvelope.newBuilder()
        .setTenant("k1")
        .setAccount("acme")
        .setModel("chat")
        .setPayload(UntypedPayload.of(path, body.getBytes(StandardCharsets.UTF_8)))
        .build();
  }

  private static TaskUse done(String path, String answer) {
    return TaskUses.done(task(path, "x".repeat(40)), ByteString.copyFromUtf8(answer));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'usage':{'prompt_tokens':7,'completion_tokens':5,'total_tokens':12}} | 7 | 5 | 0",
        "{'choices':[{'usage':{'prompt_tokens':9}}],'usage':{'prompt_tokens':7,"
            + "'completion_tokens':5,'prompt_tokens_details':{'cached_tokens':3}}} | 7 | 5 | 3",
        "{'usage':{'input_tokens':7,'output_tokens':5}} | 7 | 5 | 0",
        "{'timings':{'cache_n':3,'prompt_n':4,'predicted_n':5}} | 7 | 5 | 3",
        "{'choices':[],'usage':{'prompt_tokens':7.0,'completion_tokens':5e0}} | 7 | 5 | 0",
      })
  void tokensAreThoseThatTheEngineTold(String answer, long prompt, long completion, long cached) {
    TaskUse use = done(CHAT, answer.replace('\'', '"'));

    assertThat(use)
        .isEqualTo(
            TaskUse.newBuilder()
                .setOwner("k1")
                .setAccount("acme")
                .setModel("chat")
                .setPromptTokens(prompt)
                .setCompletionTokens(completion)
                .setCachedTokens(cached)
                .build());
  }

  @Test
  void tokensThatNobodyToldAreEstimatedFromTheBytes() {
    for (String answer :
        new String[] {
          "{'text':'usage of this: prompt_tokens 99'}",
          "{'usage':null,'choices':[{'text':1}]}     ",
          "{'usage':{'prompt_tokens':-1,'completion_'",
          "[{'usage':{'prompt_tokens':1,'completion_tokens':1}}]"
        }) {
      TaskUse use = done(CHAT, answer.replace('\'', '"'));

      assertThat(use.getEstimated()).as(answer).isTrue();
      assertThat(use.getPromptTokens()).as(answer).isEqualTo(10);
      assertThat(use.getCompletionTokens()).as(answer).isEqualTo(answer.length() / 4);
    }
  }

  @Test
  void anEmbeddingHasNoCompletion() {
    TaskUse told = done("/v1/embeddings", "{\"data\":[],\"usage\":{\"prompt_tokens\":7}}");
    TaskUse silent = done("/v1/embeddings", "{\"data\":[]}");

    assertThat(told.getEstimated()).isFalse();
    assertThat(told.getPromptTokens()).isEqualTo(7);
    assertThat(told.getCompletionTokens()).isZero();
    assertThat(silent.getEstimated()).isTrue();
    assertThat(silent.getCompletionTokens()).isZero();
  }

  @Test
  void typedModelsUseRequestsAlone() {
    TaskEnvelope typed = task(CHAT, "x".repeat(40)).toBuilder().setSchemaFingerprint("f").build();

    TaskUse use = TaskUses.done(typed, ByteString.copyFromUtf8("x".repeat(40)));

    assertThat(use)
        .isEqualTo(TaskUse.newBuilder().setOwner("k1").setAccount("acme").setModel("chat").build());
  }

  @Test
  void aTaskThatFailedHasNoTokens() {
    TaskUse use = TaskUses.failed(task(CHAT, "x".repeat(40)));

    assertThat(use.getFailed()).isTrue();
    assertThat(use.getEstimated()).isFalse();
    assertThat(use.getPromptTokens() + use.getCompletionTokens()).isZero();
  }
}
