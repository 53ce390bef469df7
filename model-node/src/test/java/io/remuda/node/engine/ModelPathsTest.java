package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPathsTest {
  @TempDir Path folder;
  private ModelPaths paths = new ModelPaths(List.of());
  private Path root = Path.of("/");

  @BeforeEach
  void files() throws Exception {
    root = Files.createDirectories(folder.resolve("models"));
    Files.createDirectories(root.resolve("deep"));
    Files.writeString(root.resolve("deep/a.gguf"), "x");
    Files.writeString(folder.resolve("secret"), "x");
    Files.createSymbolicLink(root.resolve("out"), folder.resolve("secret"));
    Files.createSymbolicLink(root.resolve("up"), folder);
    Files.createSymbolicLink(root.resolve("in"), root.resolve("deep/a.gguf"));
    paths = new ModelPaths(List.of(folder.resolve("not-there"), root));
  }

  @Test
  void findsAFileUnderTheFirstRootThatHasIt() throws Exception {
    assertThat(paths.file("deep/a.gguf")).isEqualTo(root.resolve("deep/a.gguf").toRealPath());
    assertThat(paths.file("in")).isEqualTo(root.resolve("deep/a.gguf").toRealPath());
    assertThat(paths.resolve("deep")).isDirectory();
  }

  @Test
  void refusesEveryWayOut() {
    for (String way :
        List.of("../secret", "deep/../../secret", "/etc/passwd", "out", "up/secret", "up", ".")) {
      assertThatThrownBy(() -> paths.file(way))
          .as(way)
          .isInstanceOf(EngineRefusal.class)
          .hasMessageContaining("outside the model roots")
          .extracting(e -> ((EngineRefusal) e).code())
          .isEqualTo(ErrorCode.INVALID_SPEC);
    }
    assertThatThrownBy(() -> paths.file("a\u0000b")).hasMessageContaining("is not a path");
  }

  @Test
  void saysWhichFileIsMissing() {
    assertThatThrownBy(() -> paths.file("none.gguf"))
        .hasMessageContaining("model none.gguf is not under this machine's model roots")
        .extracting(e -> ((EngineRefusal) e).code())
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThatThrownBy(() -> paths.file("deep")).hasMessageContaining("is not a file");
    assertThatThrownBy(() -> paths.file(" ")).hasMessageContaining("model is missing");
  }
}
