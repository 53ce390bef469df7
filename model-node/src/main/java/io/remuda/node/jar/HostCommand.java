package io.remuda.node.jar;

import com.google.protobuf.Message;
import io.remuda.node.sdk.host.ModelHost;
import io.remuda.protocol.model.Schema;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** How the JVM of a model's host is started: this JVM's own Java, and of our classes the fewest. */
final class HostCommand {

  private HostCommand() {}

  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /**
   * All that comes after {@link #java} and before the host's own options.
   *
   * @param temporary the host's own folder for what it unpacks
   * @param libraries on its class path beside our classes
   */
  static List<String> arguments(String verb, long heapMiB, Path temporary, List<Path> libraries) {
    List<String> line = new ArrayList<>();
    line.add("-Xmx" + heapMiB + "m");
    // A JVM without memory answers half: it is better ended and started again.
    line.add("-XX:+ExitOnOutOfMemoryError");
    // Its pid in its own namespace may be another one's here, and so the file of that name.
    line.add("-XX:-UsePerfData");
    line.add("-Djava.awt.headless=true");
    line.add("-Djava.io.tmpdir=" + temporary);
    line.add("-cp");
    line.add(classPath(libraries));
    line.add(ModelHost.class.getName());
    line.add(verb);
    return line;
  }

  /** The SDK with its host, the schema's codec, and protobuf: jars, or folders of a build. */
  private static String classPath(List<Path> libraries) {
    Set<String> places = new LinkedHashSet<>();
    for (Class<?> each : List.of(ModelHost.class, Schema.class, Message.class)) {
      try {
        places.add(
            Path.of(each.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
      } catch (URISyntaxException e) {
        throw new IllegalStateException("a class of Remuda has no place: " + each, e);
      }
    }
    libraries.forEach(each -> places.add(each.toString()));
    return String.join(java.io.File.pathSeparator, places);
  }
}
