package io.remuda.node.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.StringValue;
import io.remuda.node.engine.EngineRefusal;
import io.remuda.node.jar.JarFolder.Jar;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.SchemaCodec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each description runs a real child JVM. */
class JarFolderTest {
  private static final Schema TEXT =
      SchemaCodec.of(StringValue.getDescriptor(), StringValue.getDescriptor());

  /** A message class of the author's own, which does {@code %s} when it is looked at. */
  private static final String ODD_MESSAGE =
      """
      public final class Sample implements Model<Sample.Odd, Sample.Odd> {
        public Odd predict(Odd input) { return input; }

      public static final class Odd extends AbstractMessage {
        public static Odd getDefaultInstance() throws Exception { %s return null; }
        public Parser<? extends Message> getParserForType() { return null; }
        public Message.Builder newBuilderForType() { return null; }
        public Message.Builder toBuilder() { return null; }
        public Message getDefaultInstanceForType() { return null; }
        public Descriptors.Descriptor getDescriptorForType() { return null; }
        public java.util.Map<Descriptors.FieldDescriptor, Object> getAllFields() { return null; }
        public boolean hasField(Descriptors.FieldDescriptor field) { return false; }
        public Object getField(Descriptors.FieldDescriptor field) { return null; }
        public int getRepeatedFieldCount(Descriptors.FieldDescriptor field) { return 0; }
        public Object getRepeatedField(Descriptors.FieldDescriptor field, int at) { return null; }
        public UnknownFieldSet getUnknownFields() { return null; }
      }}
      """;

  @TempDir Path data;
  private Path jars;

  @BeforeEach
  void folder() throws Exception {
    jars = Files.createDirectories(data.resolve("jars"));
  }

  @Test
  void listsEachJarWithItsNameItsSchemaAndWhatIsWrongWithBrokenOnes() throws Exception {
    SampleJars.unary(jars.resolve("plain.jar"), "", "return answer(text);");
    SampleJars.streaming(
        jars.resolve("b.jar"), "name = \"counter\", concurrency = 7", "answers.send(input);");
    SampleJars.unary(jars.resolve("odd.jar"), "name = \"No Name\"", "return answer(text);");
    SampleJars.pack(jars.resolve("none.jar"), "final class Other {}", "");
    SampleJars.pack(jars.resolve("away.jar"), "final class Other {}", "sample.Gone\n");
    SampleJars.pack(jars.resolve("exits.jar"), ODD_MESSAGE.formatted("System.exit(3);"));
    Files.writeString(jars.resolve("text.jar"), "this is no jar");
    Files.writeString(jars.resolve("readme.txt"), "not listed");
    Path outside = SampleJars.unary(data.resolve("outside.jar"), "", "return answer(text);");
    Files.createSymbolicLink(jars.resolve("link.jar"), outside);

    List<Jar> found = open().list();

    assertThat(found)
        .extracting(Jar::file)
        .containsExactly(
            "away.jar",
            "b.jar",
            "exits.jar",
            "link.jar",
            "none.jar",
            "odd.jar",
            "plain.jar",
            "text.jar");
    Jar plain = of(found, "plain.jar");
    assertThat(plain.name()).contains(new ModelName("plain"));
    assertThat(plain.digest()).hasSize(64);
    assertThat(plain.model().map(FileDescription::schema)).contains(TEXT);
    assertThat(plain.model().map(FileDescription::kind)).contains("unary");
    Jar counter = of(found, "b.jar");
    assertThat(counter.name()).contains(new ModelName("counter"));
    assertThat(counter.model().map(FileDescription::kind)).contains("streaming");
    assertThat(counter.model().map(FileDescription::slots)).contains(7);
    assertThat(broken(found, "none.jar"))
        .contains("names no model; put the name of your class into META-INF/services/");
    assertThat(broken(found, "away.jar")).contains("sample.Gone");
    assertThat(broken(found, "exits.jar")).contains("ended with code 3 and said nothing");
    assertThat(broken(found, "text.jar")).contains("is no jar");
    assertThat(broken(found, "odd.jar")).contains("a name that does not match");
    assertThat(broken(found, "link.jar")).contains("symbolic link");
    assertThat(found).allMatch(each -> each.model().isPresent() != each.broken().isPresent());
  }

  @Test
  void givesUpOnAJarThatHangsAndLeavesNoProcess() throws Exception {
    SampleJars.pack(
        jars.resolve("hangs.jar"),
        ODD_MESSAGE.formatted("new java.util.concurrent.CountDownLatch(1).await();"));
    JarFolder folder = open(Duration.ofSeconds(3));

    List<Jar> found = folder.list();

    assertThat(broken(found, "hangs.jar")).contains("was not loaded within 3 s");
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
        .noneMatch(each -> each.info().commandLine().orElse("").contains("hangs.jar"));
  }

  @Test
  void describesAContentOnceOverRestartsToo() throws Exception {
    SampleJars.unary(jars.resolve("a.jar"), "description = \"first\"", "return answer(text);");
    assertThat(open().files().inspect(spec("a.jar")).note()).isEqualTo("first");
    Path kept = described().get(0);

    Files.writeString(kept, Files.readString(kept).replace("first", "kept"));
    assertThat(open().files().inspect(spec("a.jar")).note()).isEqualTo("kept");

    JarFolder folder = open();
    SampleJars.unary(jars.resolve("a.jar"), "description = \"second\"", "return answer(text);");
    assertThat(folder.files().inspect(spec("a.jar")).note()).isEqualTo("second");
    assertThat(described()).hasSize(2);
  }

  @Test
  void tellsWhatAnInstanceWouldClaim() throws Exception {
    SampleJars.unary(jars.resolve("a.jar"), "", "return answer(text);");

    ModelFile file = open().files().inspect(spec("a.jar"));

    assertThat(file.schema()).contains(TEXT);
    assertThat(file.estimate().memoryMiB()).isEqualTo(256);
    assertThat(file.sizeBytes()).isEqualTo(Files.size(jars.resolve("a.jar")));
    assertThat(file.digest()).hasSize(64);
  }

  @Test
  void nothingLeadsOutOfTheFolder() throws Exception {
    Path outside = SampleJars.unary(data.resolve("outside.jar"), "", "return answer(text);");
    Files.createSymbolicLink(jars.resolve("link.jar"), outside);
    JarFolder folder = open();

    assertThat(refused(folder, "../outside.jar")).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(refused(folder, outside.toString())).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(refused(folder, "link.jar")).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(refused(folder, "plain.txt")).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(refused(folder, "\0.jar")).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(refused(folder, "absent.jar")).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThatThrownBy(
            () -> folder.files().inspect(ModelSpec.of(new ModelName("m"), "jar", Optional.empty())))
        .isInstanceOf(EngineRefusal.class)
        .hasMessageContaining("model has to be the name of a file *.jar");
  }

  private JarFolder open() throws Exception {
    return open(Duration.ofSeconds(60));
  }

  private JarFolder open(Duration limit) throws Exception {
    return JarFolder.open(new JarSettings(jars, data.resolve("jars-described"), limit, 256, 96));
  }

  private static ModelSpec spec(String jar) {
    return ModelSpec.of(new ModelName("m"), "jar", Optional.of(jar));
  }

  private static ErrorCode refused(JarFolder folder, String model) {
    try {
      folder.files().inspect(spec(model));
    } catch (EngineRefusal e) {
      return e.code();
    }
    throw new AssertionError("it was accepted: " + model);
  }

  private List<Path> described() throws Exception {
    try (Stream<Path> files = Files.list(data.resolve("jars-described"))) {
      return files.toList();
    }
  }

  private static Jar of(List<Jar> jars, String file) {
    return jars.stream().filter(each -> each.file().equals(file)).findFirst().orElseThrow();
  }

  private static String broken(List<Jar> jars, String file) {
    return of(jars, file).broken().map(Refused::message).orElse("not broken");
  }
}
