package io.remuda.protocol.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.TableJson;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.ModelPattern;
import io.remuda.protocol.limit.Limits;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowListTest {

  private static final KeyMint MINT = new KeyMint("cluster-key", new SecureRandom());

  /** Of words, as people write them. */
  private static AllowList list(String... words) {
    return new AllowList(
        Arrays.stream(words)
            .flatMap(word -> ModelName.parse(word).stream())
            .collect(Collectors.toSet()),
        Arrays.stream(words)
            .flatMap(word -> ModelPattern.parse(word).stream())
            .collect(Collectors.toSet()));
  }

  private static ApiKey key(AllowList models) {
    return MINT.mint(
            "ci", Set.of(Scope.INFER), models, Optional.of("acme"), Instant.EPOCH, Optional.empty())
        .key();
  }

  @Test
  void allowsNamesAndBeginningsOfNames() {
    AllowList models = list("demo", "team-a-*");

    assertThat(List.of("demo", "team-a-", "team-a-chat"))
        .allSatisfy(name -> assertThat(models.allows(new ModelName(name))).isTrue());
    assertThat(List.of("demo2", "team-b-chat", "team-a", "x-team-a-"))
        .allSatisfy(name -> assertThat(models.allows(new ModelName(name))).isFalse());
    assertThat(AllowList.ALL.allows(new ModelName("anything"))).isTrue();
    assertThat(models.words()).containsExactly("demo", "team-a-*");
  }

  @Test
  void itsWordsAllowTheSame() {
    AllowList models = list("demo", "team-a-*");

    for (String name : List.of("demo", "team-a-chat", "demo2", "team-b")) {
      assertThat(AllowList.allows(models.words(), new ModelName(name)))
          .as(name)
          .isEqualTo(models.allows(new ModelName(name)));
    }
    assertThat(AllowList.allows(List.of(), new ModelName("any"))).isTrue();
    assertThat(AllowList.allows(List.of("*a*"), new ModelName("a"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', true",
    "'', 'a', true",
    "'', 'a*', true",
    "'a', '', false",
    "'a*', '', false",
    "'a', 'a', true",
    "'a', 'b', false",
    "'a*', 'ab', true",
    "'a*', 'ab*', true",
    "'ab*', 'a*', false",
    "'ab', 'ab*', false",
    "'a*|b', 'ab*|b', true",
    "'a*|b', 'ab*|c', false",
  })
  void coversWhatAllowsNothingMore(String wide, String narrow, boolean covers) {
    assertThat(list(wide.split("\\|")).covers(list(narrow.split("\\|")))).isEqualTo(covers);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "**", "a*b", "*a", "A*", "..*", "a/*", "a", "", "a..*"})
  void nothingElseIsAPattern(String word) {
    assertThat(ModelPattern.parse(word)).isEmpty();
  }

  @Test
  void aNodeThatKnowsNoPatternsTakesAKeyForPatternsForAKeyForNoModelThereIs() {
    ApiKey byPattern = key(list("team-a-*"));

    assertThat(byPattern.models()).containsExactly(ApiKey.NONE);
    assertThat(byPattern.allowed()).isEqualTo(list("team-a-*"));
    assertThat(byPattern.allowed().allows(ApiKey.NONE)).isFalse();
    assertThat(key(list("demo", "team-a-*")).models()).containsExactly(new ModelName("demo"));
    assertThat(key(AllowList.ALL).allowed().isEverything()).isTrue();
  }

  @Test
  void aTableOfAnEarlierVersionHasKeysOfNoTenantAndNoPattern() {
    AccessTable table = AccessTable.EMPTY.with(key(list("demo")));
    String earlier =
        TableJson.write(table)
            .replaceAll(",\"patterns\":.*?\"replaced\":\\[\\]", "")
            .replaceAll(",\"limits\":\\{.*?\\}", "")
            .replaceAll(",\"tenants\":\\[\\]", "");

    ApiKey read = TableJson.read(earlier, AccessTable.class).entries().get(0);

    assertThat(earlier).doesNotContain("patterns", "tenant", "replaced", "limits");
    assertThat(read.allowed()).isEqualTo(list("demo"));
    assertThat(read.tenant()).isEmpty();
    assertThat(read.replaced()).isEmpty();
    assertThat(read.limits()).isEqualTo(Limits.NONE);
    assertThat(TableJson.read(TableJson.write(table), AccessTable.class)).isEqualTo(table);
  }
}
