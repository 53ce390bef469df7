package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.remuda.deploy.cli.Output.Column;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks at this machine and says what would keep Remuda from working on it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description =
        "Check Java, engine, port, data directory, gateway, registry nodes, clocks, deployments;"
            + " say what to do.",
    footer = {"", "Example: ./remuda doctor"})
final class DoctorVerb implements Callable<Integer> {

  private static final int OLDEST_JAVA = 17;

  @Mixin private Target target;

  @Option(names = "--data", paramLabel = "DIR", description = "Data directory to look at.")
  private @Nullable Path data;

  private final ArrayNode findings = JsonNodeFactory.instance.arrayNode();

  @Override
  public Integer call() {
    Optional<String> gateway = gateway();
    java();
    engine();
    port(gateway);
    dataDirectory();
    found(
        "gateway",
        gateway.isPresent() ? "ok" : "note",
        gateway.orElse(
            "none answers at " + target.settings().url() + "; './remuda up' starts one"));
    registry(gateway);
    deployments(gateway);
    target
        .output()
        .list(
            findings,
            List.of(
                Column.of("CHECK", "check"),
                Column.of("STATE", "state"),
                Column.of("FOUND", "text")));
    boolean bad = false;
    for (var finding : findings) {
      bad |= finding.path("state").asText().equals("bad");
    }
    return bad ? Exit.FAILURE.code() : Exit.OK.code();
  }

  private void java() {
    int version = Runtime.version().feature();
    found(
        "java",
        version >= OLDEST_JAVA ? "ok" : "bad",
        "Java "
            + Runtime.version()
            + (version >= OLDEST_JAVA ? "" : "; install a JDK 17 or newer"));
  }

  private void engine() {
    Optional<Path> program = llamaServer();
    found(
        "engine",
        program.isPresent() ? "ok" : "note",
        program
            .map(path -> "llama-server is " + path)
            .orElse(
                "no llama-server, so 'up' serves the demo from the JVM; "
                    + "'./remuda engine install llama-server' gets one"));
  }

  private void port(Optional<String> gateway) {
    int port = target.settings().url().getPort();
    if (port < 0 || gateway.isPresent()) {
      return; // A gateway answers there, so the port is in good hands.
    }
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      found("port", "ok", socket.getLocalPort() + " is free");
    } catch (IOException e) {
      found("port", "bad", port + " is taken by another program; give 'up' another one by --port");
    }
  }

  private void dataDirectory() {
    Path folder = data == null ? Installation.defaultData() : data;
    Path existing = folder.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    boolean writable = Files.isDirectory(existing) && Files.isWritable(existing);
    found(
        "data",
        writable ? "ok" : "bad",
        folder + (writable ? " can be written" : " cannot be written; choose another by --data"));
  }

  private Optional<String> gateway() {
    try {
      Api api = target.api();
      int count = Target.items(api.get("/v1/models")).size();
      return Optional.of(api.url() + " answers; models that are ready: " + count);
    } catch (CliFailure failure) {
      return failure.exit() == Exit.NOT_ALLOWED
          ? Optional.of(target.settings().url() + " answers, and wants an API key")
          : Optional.empty();
    }
  }

  private void registry(Optional<String> gateway) {
    if (gateway.isEmpty()) {
      return;
    }
    try {
      RegistryLook.at(Target.items(target.api().get("/v1/registry")), this::found);
    } catch (CliFailure failure) {
      found(
          "registry",
          failure.exit() == Exit.NOT_ALLOWED || failure.exit() == Exit.NOT_FOUND ? "note" : "bad",
          "cannot be listed: " + failure.sentence());
    }
  }

  /** What is not as it was wanted, with the registry's reason. */
  private void deployments(Optional<String> gateway) {
    if (gateway.isEmpty()) {
      return;
    }
    try {
      for (var deployment : Target.items(target.api().get("/v1/deployments"))) {
        String phase = deployment.path("phase").asText();
        if (phase.equals("FAILED") || phase.equals("DEGRADED")) {
          found(
              "deployment",
              phase.equals("FAILED") ? "bad" : "note",
              "%s is %s: %s"
                  .formatted(
                      deployment.path("name").asText(),
                      phase,
                      Output.few(deployment.path("reason").asText("no reason given"))));
        }
      }
    } catch (CliFailure failure) {
      found("deployment", "note", "cannot be listed: " + failure.sentence());
    }
  }

  private void found(String check, String state, String text) {
    findings.addObject().put("check", check).put("state", state).put("text", text);
  }

  private Optional<Path> llamaServer() {
    var environment = target.world().environment();
    String named = environment.getOrDefault("REMUDA_LLAMA_SERVER", "");
    if (!named.isBlank()) {
      return Optional.of(Path.of(named)).filter(Files::isExecutable);
    }
    for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
      Path program = Path.of(folder.isEmpty() ? "." : folder, "llama-server");
      if (Files.isExecutable(program)) {
        return Optional.of(program);
      }
    }
    String share =
        environment.getOrDefault("XDG_DATA_HOME", target.world().home() + "/.local/share");
    return firstIn(Path.of(share, "remuda/engines"));
  }

  private static Optional<Path> firstIn(Path engines) {
    if (!Files.isDirectory(engines)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(engines)) {
      for (Path folder : folders) {
        if (Files.isExecutable(folder.resolve("llama-server"))) {
          return Optional.of(folder.resolve("llama-server"));
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
