package io.remuda.deploy.fleet;

import com.google.protobuf.Message;
import io.remuda.node.sdk.Servable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A model's jar: text to text, four texts that it does not survive, and any number that it does not
 * stand until a file is there: {@code "unless /path"}.
 */
final class DeadlyModel {

  private static final String CLASS = "Deadly";
  private static final String SOURCE =
      """
      import com.google.protobuf.StringValue;
      import io.remuda.node.sdk.Model;
      import io.remuda.node.sdk.ModelCard;

      @ModelCard(timeoutMillis = 600_000)
      public final class Deadly implements Model<StringValue, StringValue> {
        public StringValue predict(StringValue input) throws Exception {
          switch (input.getValue()) {
            case "exit": System.exit(3);
            case "halt": Runtime.getRuntime().halt(4);
            case "hang": new java.util.concurrent.CountDownLatch(1).await();
            case "throw": throw new IllegalStateException("no idea");
          }
          String[] words = input.getValue().split(" ");
          if (words[0].equals("unless") && !java.nio.file.Files.exists(java.nio.file.Path.of(words[1]))) {
            throw new IllegalStateException("not yet");
          }
          return StringValue.of(input.getValue() + "!");
        }
      }
      """;

  private DeadlyModel() {}

  /** Puts it there as a whole, since a machine may be looking. */
  static void pack(Path jar) {
    try {
      Path folder = Files.createTempDirectory(jar.resolveSibling("..").normalize(), "deadly");
      compile(folder);
      Path packed = folder.resolve("packed");
      try (OutputStream file = Files.newOutputStream(packed);
          JarOutputStream out = new JarOutputStream(file)) {
        out.putNextEntry(new JarEntry("META-INF/services/" + Servable.class.getName()));
        out.write(CLASS.getBytes(StandardCharsets.UTF_8));
        out.putNextEntry(new JarEntry(CLASS + ".class"));
        out.write(Files.readAllBytes(folder.resolve(CLASS + ".class")));
      }
      Files.move(packed, jar, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void compile(Path folder) {
    StringWriter said = new StringWriter();
    List<String> options =
        List.of(
            "-d",
            folder.toString(),
            "-proc:none",
            "-Xlint:none",
            "-cp",
            place(Servable.class) + ":" + place(Message.class));
    boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(said, null, null, options, null, List.of(new Source()))
            .call();
    if (!compiled) {
      throw new AssertionError(said.toString());
    }
  }

  private static Path place(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  private static final class Source extends SimpleJavaFileObject {
    Source() {
      super(URI.create("string:///" + CLASS + ".java"), JavaFileObject.Kind.SOURCE);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return SOURCE;
    }
  }
}
