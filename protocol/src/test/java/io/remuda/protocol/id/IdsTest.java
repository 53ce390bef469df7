package io.remuda.protocol.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class IdsTest {

  private static final List<Function<String, Optional<?>>> PARSERS =
      List.of(
          ModelName::parse,
          InstanceId::parse,
          MachineId::parse,
          JournalId::parse,
          KeyId::parse,
          LeaseId::parse,
          TaskId::parse);

  @Property(tries = 500)
  void whateverIsParsedPrintsAsItWas(@ForAll @StringLength(max = 100) String raw) {
    for (Function<String, Optional<?>> parser : PARSERS) {
      parser.apply(raw).ifPresent(id -> assertThat(canonical(raw)).isEqualTo(id.toString()));
    }
  }

  @Property(tries = 500)
  void anIdIsFitForAPathAUrlAndAHeader(@ForAll("nearlyIds") String raw) {
    for (Function<String, Optional<?>> parser : PARSERS) {
      parser
          .apply(raw)
          .ifPresent(
              id ->
                  assertThat(id.toString())
                      .matches("[A-Za-z0-9][A-Za-z0-9._-]*")
                      .doesNotContain("..", "/", "\n"));
    }
  }

  @Property(tries = 500)
  void whatIsReadByHandIsWhatAPatternFinds(@ForAll("nearlyNames") String raw) {
    assertThat(ModelName.parse(raw).isPresent())
        .isEqualTo(raw.matches(ModelName.SHAPE) && !raw.contains(".."));
    assertThat(KeyId.parse(raw).isPresent()).isEqualTo(raw.matches("[a-z0-9]{4,32}"));
  }

  @Property(tries = 500)
  void anInstanceNamesItsModelAndNumber(
      @ForAll("names") String model, @ForAll @LongRange(min = 0, max = 999_999_999) long number) {
    InstanceId id = new InstanceId(new ModelName(model), number);

    assertThat(InstanceId.parse(id.toString())).contains(id);
    assertThat(InstanceId.of(id.toString()).model()).isEqualTo(new ModelName(model));
  }

  @Property(tries = 300)
  void idsAreOrderedAsTheyAreEqual(@ForAll("names") String a, @ForAll("names") String b) {
    ModelName one = new ModelName(a);
    ModelName other = new ModelName(b);

    assertThat(one.compareTo(other) == 0).isEqualTo(one.equals(other));
    assertThat(Integer.signum(one.compareTo(other)))
        .isEqualTo(-Integer.signum(other.compareTo(one)));
    assertThat(new InstanceId(one, 2)).isLessThan(new InstanceId(one, 10));
  }

  @Test
  void otherShapesAreRefusedAndShownSafely() {
    for (String bad : List.of("", "-a", "A", "a/b", "a b", "../a", "a..b", "ü", "a".repeat(65))) {
      assertThat(ModelName.parse(bad)).as(bad).isEmpty();
      assertThatThrownBy(() -> new ModelName(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(ModelName.SHAPE);
    }
    for (String bad : List.of("", "demo", "demo-", "-1", "demo-x", "demo-1-", "Demo-1")) {
      assertThat(InstanceId.parse(bad)).as(bad).isEmpty();
      assertThatThrownBy(() -> InstanceId.of(bad)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new MachineId("a\nb" + "c".repeat(500)))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("\n")
        .hasSizeLessThan(200);
    assertThatThrownBy(() -> new JournalId("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new KeyId("a")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LeaseId("_")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TaskId(".")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new InstanceId(new ModelName("a"), -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Leading zeros of an instance's number are the one thing that is not kept. */
  private static String canonical(String raw) {
    return raw.matches(".*-[0-9]+") && InstanceId.parse(raw).isPresent()
        ? InstanceId.of(raw).toString()
        : raw;
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings()
        .withChars("abz09._-")
        .ofMinLength(1)
        .ofMaxLength(64)
        .filter(name -> ModelName.parse(name).isPresent());
  }

  @Provide
  Arbitrary<String> nearlyNames() {
    return Arbitraries.strings().withChars("abcxyz0189._-A").ofMaxLength(66);
  }

  @Provide
  Arbitrary<String> nearlyIds() {
    return Arbitraries.strings().withChars("abZ09._-/ \n").ofMaxLength(20);
  }
}
