package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine install says; the install itself is run by continuous integration. */
class EngineInstallTest {

  private static final String SCRIPT =
      Repository.root().resolve("deploy/src/main/dist/libexec/install-llama-server").toString();

  private static final String ONNX =
      Repository.root().resolve("deploy/src/main/dist/libexec/install-onnx").toString();

  @TempDir Path temporary;

  @Test
  void explainsItselfAndNamesItsFolder() {
    Shell.Outcome outcome =
        Shell.run(temporary, Map.of("XDG_DATA_HOME", temporary.toString()), SCRIPT, "--help");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output()).contains(temporary + "/remuda/engines/llama-server");
  }

  @Test
  void refusesAnUnknownArgument() {
    Shell.Outcome outcome = Shell.run(temporary, Map.of(), SCRIPT, "--everything");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.output()).contains("--everything");
  }

  @Test
  void saysWhatToDoWhereThereIsNoApt() throws IOException {
    Path tools = Files.createDirectories(temporary.resolve("bin"));
    for (String tool : new String[] {"bash", "basename", "uname", "cat", "env"}) {
      String found = Files.isExecutable(Path.of("/usr/bin", tool)) ? "/usr/bin/" : "/bin/";
      Shell.script(tools.resolve(tool), "#!/bin/sh\nexec " + found + tool + " \"$@\"\n");
    }

    Shell.Outcome outcome =
        Shell.run(
            temporary,
            Map.of("PATH", tools.toString(), "XDG_DATA_HOME", temporary.toString()),
            SCRIPT);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output()).contains("apt-get is not here").contains("REMUDA_LLAMA_SERVER");
  }

  @Test
  void leavesAWorkingEngineAlone() throws IOException {
    Path engine = temporary.resolve("remuda/engines/llama-server/llama-server");
    Shell.script(engine, "#!/bin/sh\necho 'version: 42'\n");

    Shell.Outcome outcome =
        Shell.run(temporary, Map.of("XDG_DATA_HOME", temporary.toString()), SCRIPT);

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output()).contains("already there").contains("version: 42");
  }

  @Test
  void theOnnxRuntimesInstallNamesItsFolderAndTakesNoOtherFile() throws IOException {
    Map<String, String> home = Map.of("XDG_DATA_HOME", temporary.toString());
    Path folder = temporary.resolve("remuda/engines/onnx");

    Shell.Outcome help = Shell.run(temporary, home, ONNX, "--help");
    Shell.Outcome odd = Shell.run(temporary, home, ONNX, "--everything");
    // A Maven that gives another file than the one that is known.
    Path tools = Files.createDirectories(temporary.resolve("bin"));
    Shell.script(
        tools.resolve("mvn"),
        """
        #!/bin/bash
        for each in "$@"; do
          [[ $each != -DoutputDirectory=* ]] || echo other >"${each#*=}/onnxruntime-1.29.0.jar"
        done
        """);
    Shell.Outcome other =
        Shell.run(
            temporary,
            Map.of(
                "XDG_DATA_HOME", temporary.toString(), "PATH", tools + ":" + System.getenv("PATH")),
            ONNX);

    assertThat(help.code()).isZero();
    assertThat(help.output()).contains(folder.toString());
    assertThat(odd.code()).isEqualTo(2);
    assertThat(other.code()).as(other.output()).isEqualTo(1);
    assertThat(other.output())
        .contains("not the file that version 1.29.0 is known by")
        .contains("REMUDA_ONNXRUNTIME");
    assertThat(folder.resolve("onnxruntime.jar")).doesNotExist();
  }

  @Test
  void theOnnxRuntimesInstallIsOfTheVersionThatTestsRun() {
    assertThat(Repository.read("deploy/src/main/dist/libexec/install-onnx"))
        .contains("VERSION=1.29.0\n");
    assertThat(Repository.read("pom.xml"))
        .contains("<onnxruntime.version>1.29.0</onnxruntime.version>");
  }
}
