package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Trouble.Level;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which lines of each engine's output tell of something wrong. */
class LogFormatTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        // llama-server, as it wrote them.
        "llama-server~WARNING~warning: no usable GPU found, --gpu-layers option will be ignored",
        "llama-server~WARNING~0.00.295.899 W srv  llama_server: security: no API key is set",
        "llama-server~ERROR~0.00.574.258 E gguf_init_from_reader: invalid magic characters: 'junk'",
        "llama-server~ERROR~error: invalid argument: --no-such-flag",
        "llama-server~-~0.00.500.400 I srv  llama_server: model loaded",
        "llama-server~-~0.00.615.936 I srv  operator(): error budget: 0",
        "llama-server~-~0.01.812.738 I slot print_timing: id  0 | prompt eval time = 2.26 ms",
        // The others as they are known to write; not tried.
        "vllm~WARNING~WARNING 11-30 06:18:07 [utils.py:123] Found ulimit of 1024",
        "vllm~WARNING~(APIServer pid=41) WARNING 11-30 06:18:07 [model.py:9] Casting to float16",
        "vllm~ERROR~(EngineCore_0 pid=42) ERROR 11-30 06:18:07 [core.py:7] EngineCore failed",
        "vllm~ERROR~ValueError: No available memory for the cache blocks. Try increasing it",
        "vllm~ERROR~torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
        "vllm~-~INFO 11-30 06:18:07 [metrics.py:1] Error rate: 0, ERROR count: 0",
        "vllm~-~(APIServer pid=41) INFO:     127.0.0.1:1 - GET /health HTTP/1.1 200 OK",
        "sglang~ERROR~[2026-01-01 10:00:00 TP0] Scheduler hit an exception: Traceback (most recent call last):",
        "sglang~ERROR~[2026-01-01 10:00:00] Received sigquit from a child process.",
        "sglang~ERROR~RuntimeError: Not enough memory. Please try to increase --mem-fraction-static.",
        "sglang~WARNING~[2026-01-01 10:00:00] WARNING model_config.py:123: Casting",
        "sglang~-~[2026-01-01 10:00:00 TP0] Decode batch. #running-req: 1, token usage: 0.02",
        "ollama~WARNING~time=2026-01-01T10:00:00.000Z level=WARN source=sched.go:1 msg=slow",
        "ollama~ERROR~time=2026-01-01T10:00:00.000Z level=ERROR source=sched.go:1 msg=failed",
        "ollama~ERROR~[GIN] 2026/01/01 - 10:00:00 | 500 | 1.2s | 127.0.0.1 | POST /api/generate",
        "ollama~ERROR~llama_model_load: error loading model: missing tensor",
        "ollama~ERROR~Error: listen tcp 127.0.0.1:11434: bind: address already in use",
        "ollama~-~[GIN] 2026/01/01 - 10:00:00 | 200 | 1.2s | 127.0.0.1 | POST /api/generate",
        // What most programs write.
        "command~ERROR~2026-01-01 10:00:00,123 - server - ERROR - no such voice",
        "command~ERROR~[2026-01-01T10:00:00Z ERROR server] no such voice",
        "command~ERROR~ERROR:    Application startup failed. Exiting.",
        "command~ERROR~Exception in thread main java.lang.IllegalStateException: broken",
        "command~ERROR~Traceback (most recent call last):",
        "command~WARNING~10:00:00.123 [main] WARN io.example.Server - slow",
        "command~WARNING~warning: the voice is old",
        "jar~ERROR~java.lang.OutOfMemoryError: Java heap space",
        "command~-~2026-01-01 10:00:00 INFO server got ERROR from its client",
        "command~-~the word error in a sentence is none",
        "command~-~``"
      })
  void eachEngineIsUnderstood(String engine, String level, String line) throws Exception {
    Optional<Level> wanted =
        level.equals("-") ? Optional.empty() : Optional.of(Level.valueOf(level));

    assertThat(EngineProfiles.builtIn().get(engine).log().levelOf(line)).isEqualTo(wanted);
  }

  @Test
  void aLineThatIsADocumentTakesNoTimeToSpeakOf() {
    long began = System.nanoTime();

    assertThat(LogFormat.USUAL.levelOf("[".repeat(100_000))).isEmpty();
    assertThat(LogFormat.USUAL.levelOf(" ".repeat(100_000))).isEmpty();
    assertThat(LogFormat.USUAL.levelOf("a ".repeat(100_000) + "ERROR")).isEmpty();
    assertThat(LogFormat.USUAL.levelOf("a".repeat(100_000))).isEmpty();

    assertThat(System.nanoTime() - began).isLessThan(2_000_000_000L);
  }
}
