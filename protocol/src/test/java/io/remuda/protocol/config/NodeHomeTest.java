package io.remuda.protocol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeHomeTest {

  @TempDir Path folder;

  @Test
  void theIdentityIsMadeOnceAndKept() throws Exception {
    MachineId machine;
    String key;
    JournalId journal;
    try (NodeHome home = open(folder)) {
      machine = home.machineId();
      key = home.clusterKey();
      assertThat(home.journalId()).isEmpty();
      journal = home.mintJournalId();
    }

    try (NodeHome again = open(folder)) {
      assertThat(again.machineId()).isEqualTo(machine);
      assertThat(again.clusterKey()).isEqualTo(key).matches("[0-9a-f]{64}");
      assertThat(again.mintJournalId()).isEqualTo(journal);
      assertThat(again.journalId()).contains(journal);
      again.keepJournalId(new JournalId("another"));
      assertThat(again.journalId()).contains(new JournalId("another"));
    }
    assertThat(machine.value()).matches("[0-9a-f]{12}");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("cluster.key"))))
        .isEqualTo("rw-------");
    JsonNode node = new ObjectMapper().readTree(folder.resolve("node.json").toFile());
    assertThat(node.get("clusterName").asText()).isEqualTo("remuda");
    assertThat(node.get("protocolVersion").asInt()).isEqualTo(1);
  }

  @Test
  void runJsonIsThereWhileTheNodeRuns() throws Exception {
    try (NodeHome home = open(folder)) {
      home.writeRun(Map.of("gateway", "http://127.0.0.1:8080"));

      JsonNode run = new ObjectMapper().readTree(folder.resolve("run.json").toFile());
      assertThat(run.get("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
      assertThat(ProcessStart.of(run.get("pid").asLong()))
          .contains(run.get("processStart").asText());
      assertThat(run.get("gateway").asText()).isEqualTo("http://127.0.0.1:8080");
      assertThat(run.get("startedAt").asText()).isNotEmpty();
    }
    assertThat(folder.resolve("run.json")).doesNotExist();
  }

  @Test
  void aSecondProcessIsRefusedAndToldWhoHoldsTheDirectory() throws Exception {
    Process holder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                HolderOfAHome.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(holder.getInputStream().read()).as("it says when it has the lock").isEqualTo('!');

      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("in use by process " + holder.pid())
          .hasMessageContaining("./remuda down")
          .hasMessageContaining("--data DIR");
    } finally {
      holder.destroyForcibly();
      assertThat(holder.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    open(folder).close();
  }

  @Test
  void aSecondOpenInOneProcessIsRefusedToo() {
    try (NodeHome home = open(folder)) {
      assertThat(home.dir()).isEqualTo(folder);
      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void aDirectoryThatCannotBeWrittenIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThatThrownBy(() -> open(file.resolve("data")))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("cannot be written")
        .hasMessageContaining("--data DIR");
    assertThatThrownBy(() -> open(Path.of("/proc/remuda")))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("/proc/remuda cannot be written");
  }

  @Test
  void aReadOnlyFileSystemIsRefused() throws Exception {
    Path mount = mount("ro,size=1m");
    try {
      assertThatThrownBy(() -> open(mount))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("cannot be written")
          .hasMessageContaining("Read-only");
    } finally {
      unmount(mount);
    }
  }

  @Test
  void aFullDiskIsRefusedBeforeAnythingIsWritten() throws Exception {
    assertThatThrownBy(() -> NodeHome.open(folder, "remuda", Optional.empty(), Long.MAX_VALUE / 2))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("is full")
        .hasMessageContaining("MiB are needed");
    assertThat(folder.resolve("node.json")).doesNotExist();

    Path mount = mount("size=1m");
    try {
      assertThatThrownBy(() -> open(mount))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("is full: 0 MiB are free, at least 8 MiB are needed");
      assertThatThrownBy(
              () -> {
                Files.write(mount.resolve("ballast"), new byte[1 << 20]);
                NodeHome.open(mount, "remuda", Optional.empty(), 0);
              })
          .as("a disk that fills up on the way")
          .isInstanceOfAny(StartRefused.class, IOException.class);
    } finally {
      unmount(mount);
    }
  }

  @Test
  void aDirectoryOfAnotherClusterIsRefused() throws Exception {
    open(folder).close();

    assertThatThrownBy(() -> NodeHome.open(folder, "lab", Optional.empty(), 0))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("belongs to the cluster 'remuda'")
        .hasMessageContaining("'lab'");
  }

  @Test
  void aDirectoryOfANewerVersionIsRefused() throws Exception {
    open(folder).close();
    Path node = folder.resolve("node.json");
    Files.writeString(
        node, Files.readString(node).replace("\"protocolVersion\" : 1", "\"protocolVersion\" : 2"));

    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("newer Remuda (protocol 2, this one knows 1)");
  }

  @Test
  void aDamagedIdentityIsRefusedAndNeverReplaced() throws Exception {
    Path node = folder.resolve("node.json");
    for (String damaged : new String[] {"", "{", "[]", "{\"machineId\": \"NOT AN ID\"}"}) {
      Files.writeString(node, damaged);

      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("node.json is damaged");
      assertThat(node).hasContent(damaged);
    }
  }

  @Test
  void aKeyFileIsTakenOverAndABadOneRefused() throws Exception {
    String key = "0123456789abcdef".repeat(4);
    Path given = Files.writeString(folder.resolve("given.key"), key + "\n");
    Path data = folder.resolve("data");
    open(data).close();

    try (NodeHome home = NodeHome.open(data, "remuda", Optional.of(given), 0)) {
      assertThat(home.clusterKey()).isEqualTo(key);
    }
    try (NodeHome home = open(data)) {
      assertThat(home.clusterKey()).isEqualTo(key);
    }
    Files.writeString(given, "short");
    assertThatThrownBy(() -> NodeHome.open(data, "remuda", Optional.of(given), 0))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("64 hexadecimal digits");
    assertThatThrownBy(() -> NodeHome.open(data, "remuda", Optional.of(folder.resolve("none")), 0))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("--cluster-key FILE");
  }

  @Test
  void theConfigurationSaysWhereItIs() {
    var config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(Map.of("remuda.node.data", folder.toString())));

    try (NodeHome home = NodeHome.open(config)) {
      assertThat(home.dir()).isEqualTo(folder);
    }
  }

  private static NodeHome open(Path directory) {
    return NodeHome.open(directory, "remuda", Optional.empty(), 8L << 20);
  }

  private Path mount(String options) throws Exception {
    Path mount = Files.createDirectory(folder.resolve("mount"));
    boolean mounted =
        "root".equals(System.getProperty("user.name"))
            && run("mount", "-t", "tmpfs", "-o", options, "tmpfs", mount.toString()) == 0;
    Assumptions.assumeTrue(mounted, "skipped: no right to mount a file system here");
    return mount;
  }

  private static void unmount(Path mount) throws Exception {
    assertThat(run("umount", mount.toString())).isZero();
  }

  private static int run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
