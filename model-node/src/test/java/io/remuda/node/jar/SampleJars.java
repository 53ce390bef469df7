package io.remuda.node.jar;

import com.google.protobuf.Message;
import io.remuda.node.sdk.Servable;
import io.remuda.protocol.testing.TestFolders;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Makes jars as authors of models do: compiles a class against the SDK and protobuf alone, and
 * packs it with its service file. Messages are protobuf's own wrappers, so that no protoc is
 * needed.
 */
public final class SampleJars {

  private static final String OPENING =
      "package sample;\n"
          + "import com.google.protobuf.*;\n"
          + "import io.remuda.node.sdk.*;\n"
          + "import java.util.List;\n";

  private SampleJars() {}

  /** A model from text to text; {@code body} sees it as {@code text} and returns the answer. */
  public static Path unary(Path jar, String card, String body) {
    return pack(
        jar,
        """
        @ModelCard(%s)
        public final class Sample implements Model<StringValue, StringValue> {
          public StringValue predict(StringValue input) throws Exception {
            String text = input.getValue();
            %s
          }
          static StringValue answer(String text) { return StringValue.of(text); }
        }
        """
            .formatted(card, body));
  }

  /** As {@link #unary}; {@code body} sends with {@code answers.send(answer("..."))}. */
  public static Path streaming(Path jar, String card, String body) {
    return pack(
        jar,
        """
        @ModelCard(%s)
        public final class Sample implements StreamingModel<StringValue, StringValue> {
          public void predict(StringValue input, Answers<StringValue> answers) throws Exception {
            String text = input.getValue();
            %s
          }
          static StringValue answer(String text) { return StringValue.of(text); }
        }
        """
            .formatted(card, body));
  }

  /** {@code body} sees {@code inputs} and returns a list of answers. */
  public static Path batch(Path jar, String card, String body) {
    return pack(
        jar,
        """
        @ModelCard(%s)
        public final class Sample implements BatchModel<StringValue, StringValue> {
          public List<StringValue> predict(List<StringValue> inputs) throws Exception {
            %s
          }
          static StringValue answer(String text) { return StringValue.of(text); }
        }
        """
            .formatted(card, body));
  }

  /** The class {@code sample.Sample} of this source, named as the jar's model. */
  public static Path pack(Path jar, String source) {
    return pack(jar, source, "sample.Sample\n");
  }

  /** As {@link #pack(Path, String)}, with a service file of this content; none when it is empty. */
  public static Path pack(Path jar, String source, String service) {
    try {
      Path classes = Files.createTempDirectory("sample-classes");
      compile(classes, OPENING + source);
      try (OutputStream file = Files.newOutputStream(jar);
          JarOutputStream out = new JarOutputStream(file)) {
        if (!service.isEmpty()) {
          put(out, "META-INF/services/" + Servable.class.getName(), service.getBytes("UTF-8"));
        }
        try (Stream<Path> files = Files.walk(classes)) {
          for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
            put(out, classes.relativize(each).toString(), Files.readAllBytes(each));
          }
        }
      }
      TestFolders.remove(classes);
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(JarOutputStream out, String name, byte[] content) throws IOException {
    JarEntry entry = new JarEntry(name);
    // The same source has the same digest.
    entry.setTime(0);
    out.putNextEntry(entry);
    out.write(content);
    out.closeEntry();
  }

  private static void compile(Path classes, String source) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    List<String> options =
        new ArrayList<>(List.of("-d", classes.toString(), "-proc:none", "-Xlint:none"));
    options.addAll(List.of("-cp", place(Servable.class) + ":" + place(Message.class)));
    boolean compiled =
        compiler.getTask(said, null, null, options, null, List.of(new Source(source))).call();
    if (!compiled) {
      throw new AssertionError(said + "\n" + source);
    }
  }

  private static Path place(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String text) {
      super(URI.create("string:///sample/Sample.java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
