package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, with a Java and a Maven that write down how they were called. */
class LauncherTest {

  @TempDir Path temporary;
  private Path home;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void aCheckoutWithABuildAndAFakeJava() throws IOException {
    home = Files.createDirectories(temporary.resolve("my remuda"));
    Files.copy(Repository.root().resolve("remuda"), home.resolve("remuda"));
    home.resolve("remuda").toFile().setExecutable(true);
    Files.writeString(home.resolve("pom.xml"), "<project/>");
    Files.writeString(home.resolve("application.conf"), "");
    Files.createDirectories(home.resolve("deploy/src/main"));
    Files.writeString(home.resolve("deploy/pom.xml"), "<project/>");
    Files.createDirectories(home.resolve("deploy/target/dist/lib"));
    Files.writeString(home.resolve("deploy/target/dist/BUILT"), "1");
    fakeJava("17.0.15", "printf '%s\\n' \"$@\"");
    environment.put("JAVA_HOME", temporary.resolve("jdk").toString());
    Shell.script(temporary.resolve("bin/mvn"), "#!/bin/sh\necho \"maven: $*\" \"in $PWD\"\n");
    environment.put("PATH", temporary.resolve("bin") + ":" + System.getenv("PATH"));
  }

  @Test
  void passesArgumentsAsTheyAreFromAnyFolderAndThroughALink() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("remuda-link"), home.resolve("remuda"));

    Shell.Outcome outcome = launch(link, "run", "demo", "two words", "");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output().lines())
        .containsSequence("io.remuda.deploy.cli.Main", "run", "demo", "two words", "")
        .contains(home.toRealPath() + "/deploy/target/dist/lib/*")
        .contains("-Djava.util.concurrent.ForkJoinPool.common.parallelism=2");
  }

  @Test
  void givesNodesTheOperatorsFileAndClientsNone() throws IOException {
    String other = Files.writeString(temporary.resolve("other.conf"), "").toString();
    assertThat(launch("up").output())
        .contains("-Dconfig.file=" + home.resolve("application.conf"))
        .contains("-Xmx256m")
        .contains("-XX:-UsePerfData");
    assertThat(launch("gateway", "--config", other).output()).contains("-Dconfig.file=" + other);
    assertThat(launch("model", "--config=" + other).output()).contains("-Dconfig.file=" + other);
    assertThat(launch("ls").output()).doesNotContain("-Dconfig.file");
  }

  @Test
  void refusesAConfigurationFileThatIsNotThere() {
    Shell.Outcome outcome = launch("gateway", "--config", "/no/such.conf");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.output()).contains("/no/such.conf cannot be read");
  }

  @Test
  void letsTheOperatorsOptionsWin() {
    environment.put("REMUDA_JAVA_OPTS", "-Xmx1g -Dmine=yes");

    String output = launch("up").output();

    assertThat(output.indexOf("-Xmx1g")).isGreaterThan(output.indexOf("-Xmx256m"));
    assertThat(output).contains("-Dmine=yes");
  }

  @Test
  void buildsWhenASourceIsNewerAndSaysWhich() throws IOException {
    Path source = home.resolve("deploy/src/main/New.java");
    Files.writeString(source, "");
    Files.setLastModifiedTime(
        source,
        java.nio.file.attribute.FileTime.fromMillis(
            home.resolve("deploy/target/dist/BUILT").toFile().lastModified() + 5_000));

    String output = launch("version").output();

    assertThat(output)
        .contains("building: deploy/src/main/New.java is newer than the build")
        .contains("package in " + home);
    environment.put("REMUDA_NO_BUILD", "1");
    assertThat(launch("version").output()).doesNotContain("maven:");
  }

  @Test
  void buildsFromTheStartWhereWhatWasLeftIsInTheWay() throws IOException {
    Files.delete(home.resolve("deploy/target/dist/BUILT"));
    Shell.script(
        temporary.resolve("bin/mvn"),
        "#!/bin/sh\necho \"maven: $*\"\ncase \"$*\" in *clean*) exit 0;; *) exit 1;; esac\n");

    Shell.Outcome outcome = launch("version");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output()).contains("once more from the start");
  }

  @Test
  void saysThatTheBuildFailed() throws IOException {
    Files.delete(home.resolve("deploy/target/dist/BUILT"));
    Shell.script(temporary.resolve("bin/mvn"), "#!/bin/sh\necho 'wrong line'\nexit 1\n");

    Shell.Outcome outcome = launch("version");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output()).contains("wrong line").contains("the build failed");
  }

  @Test
  void showsMavensWordsWithoutItsEscapeCodes() throws IOException {
    Files.delete(home.resolve("deploy/target/dist/BUILT"));
    Shell.script(
        temporary.resolve("bin/mvn"), "#!/bin/sh\nprintf '\\033[0mwords\\033[31m of maven\\n'\n");

    assertThat(launch("version").output()).contains("words of maven").doesNotContain("\033");
  }

  @Test
  void testIsTheWholeVerificationOrThatOfTheActorsAlone() {
    assertThat(launch("test", "-o").output()).contains("verify -o in " + home);
    assertThat(launch("test", "actors", "-o").output())
        .contains("-Dfast -Dgroups=actors test -o in " + home);
  }

  @Test
  void saysWhatToDoWithoutAJavaThatIsNewEnough() {
    fakeJava("11.0.2", "exit 9");
    Shell.script(temporary.resolve("bin/java"), "#!/bin/sh\nexit 9\n");

    Shell.Outcome outcome = launch("version");

    // A machine with another JDK under /usr/lib/jvm rightly finds that one.
    assertThat(outcome.code()).isNotEqualTo(9);
    if (!outcome.output().contains("io.remuda.deploy.cli.Main")) {
      assertThat(outcome.output()).contains("Java 17").contains("JAVA_HOME");
    }
  }

  @Test
  void addsTheFlagsThatNewerJdksWant() {
    fakeJava("25", "printf '%s\\n' \"$@\"");

    assertThat(launch("version").output()).contains("--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void archivesTheClassesOfAFleetAfterTheFirstBuild() throws IOException {
    aMavenThatBuilds();
    aJavaThatArchives();

    String first = launch("up").output();
    String second = launch("model").output();

    assertThat(archive()).hasContent("archive");
    assertThat(first).contains("preparing quicker starts").contains("-XX:SharedArchiveFile=");
    assertThat(second).doesNotContain("preparing").contains("-XX:SharedArchiveFile=");
  }

  @Test
  void archivesTheClassesOfWhatIsPackedWhenAskedToAndOnce() throws IOException {
    aJavaThatArchives();

    Shell.Outcome first = launch("archive");
    Shell.Outcome second = launch("archive");

    assertThat(first.code()).as(first.output()).isZero();
    assertThat(first.output()).contains("preparing quicker starts");
    assertThat(archive()).hasContent("archive");
    assertThat(second.code()).isZero();
    assertThat(second.output()).isEmpty();
    assertThat(launch("up").output()).contains("-XX:SharedArchiveFile=");
  }

  @Test
  void saysThatNoArchiveCouldBeMade() {
    Shell.Outcome outcome = launch("archive");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output()).contains("no archive came of it");
  }

  @Test
  void startsWithoutAnArchiveWhereNoneCanBeMade() throws IOException {
    aMavenThatBuilds();

    Shell.Outcome outcome = launch("up");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output()).doesNotContain("-XX:SharedArchiveFile=");
  }

  @Test
  void startsARegistryNodeAgainThatWasVotedOut() {
    fakeJava(
        "17.0.15",
        "n=$(cat \"$COUNT\" 2>/dev/null || echo 0); echo $((n+1)) >\"$COUNT\"\n"
            + "[ \"$n\" = 0 ] && exit 255; exit 3");
    environment.put("COUNT", temporary.resolve("count").toString());

    Shell.Outcome outcome = launch("registry");

    assertThat(outcome.code()).isEqualTo(3);
    assertThat(temporary.resolve("count")).hasContent("2");
    assertThat(outcome.output()).contains("voted out");
  }

  @Test
  void passesTheRequestToStopOnToARegistryNode() throws Exception {
    Path started = temporary.resolve("started");
    Path stopped = temporary.resolve("stopped");
    fakeJava(
        "17.0.15",
        "trap 'echo yes >\""
            + stopped
            + "\"; exit 0' TERM; echo yes >\""
            + started
            + "\"\n"
            + "while true; do sleep 0.05; done");
    Process process =
        Shell.start(
            temporary,
            environment,
            temporary.resolve("registry.log"),
            home.resolve("remuda").toString(),
            "registry");
    Eventually.isTrue("the node runs", Duration.ofSeconds(20), () -> Files.exists(started));

    process.destroy();

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(stopped).exists();
  }

  private Shell.Outcome launch(String... arguments) {
    return launch(home.resolve("remuda"), arguments);
  }

  private Shell.Outcome launch(Path launcher, String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = launcher.toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return Shell.run(temporary, environment, command);
  }

  private void aMavenThatBuilds() throws IOException {
    Files.delete(home.resolve("deploy/target/dist/BUILT"));
    Shell.script(temporary.resolve("bin/mvn"), "#!/bin/sh\necho 1 >deploy/target/dist/BUILT\n");
  }

  private void aJavaThatArchives() {
    fakeJava(
        "17.0.15",
        "printf '%s\\n' \"$@\"\n"
            + "for a in \"$@\"; do case $a in -XX:ArchiveClassesAtExit=*)\n"
            + "  trap 'echo archive >\"${a#*=}\"; exit 0' TERM; echo ready\n"
            + "  while true; do sleep 0.05; done;; esac; done");
  }

  private Path archive() {
    return home.resolve("deploy/target/dist/classes-jdk.jsa");
  }

  private void fakeJava(String version, String body) {
    Path jdk = temporary.resolve("jdk");
    Shell.script(jdk.resolve("bin/java"), "#!/bin/sh\n" + body + "\n");
    Shell.script(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
  }
}
