package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.StartRefused;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookPolicyTest {

  private static final String SECRET = "0123456789abcdef01234567";

  private static WebhookSettings settings(String more) {
    return WebhookSettings.from(
        ConfigFactory.parseString("remuda.gateway.tasks.webhooks {" + more + "}")
            .withFallback(ConfigFactory.load()));
  }

  private static WebhookPolicy policy() {
    return new WebhookPolicy(
        settings(
            "hosts = [\"hooks.example.org\", \"*.partner.example\", \"10.0.0.5\"],"
                + " private-hosts = [\"10.0.0.5\"], secret = "
                + SECRET));
  }

  @Test
  void takesNoWebhookUntilAnAdministratorAllowsHosts() {
    WebhookPolicy closed = new WebhookPolicy(settings(""));

    assertThat(closed.check("https://hooks.example.org/").refused().orElseThrow().message())
        .contains("remuda.gateway.tasks.webhooks.hosts");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://hooks.example.org/done?task=7",
        "https://HOOKS.example.org",
        "http://hooks.example.org:8081/x",
        "https://a.b.partner.example/",
        "http://10.0.0.5/"
      })
  void takesHostsThatAreNamed(String url) {
    assertThat(policy().check(url).url()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example/",
        "https://hooks.example.org.evil.example/",
        "https://partner.example/",
        "https://xpartner.example/",
        "https://hooks.example.org@evil.example/",
        "https://user:word@hooks.example.org/",
        "https://hooks.example.org/#part",
        "ftp://hooks.example.org/",
        "file:///etc/passwd",
        "//hooks.example.org/",
        "hooks.example.org",
        "",
        "http://",
        "http://[::1]/",
        "not a url"
      })
  void refusesEverythingElse(String url) {
    assertThat(policy().check(url).refused()).isPresent();
  }

  @Test
  void pausesLongerAfterEachFailureAndGivesUpAtLast() {
    WebhookPolicy policy = policy();
    Random random = new Random(7);

    List<Duration> pauses =
        List.of(1, 2, 3, 11).stream()
            .map(failed -> policy.pause(failed, random).orElseThrow())
            .toList();

    assertThat(pauses.get(0)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    assertThat(pauses.get(1)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    assertThat(pauses.get(2)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
    assertThat(pauses.get(3)).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(10));
    assertThat(policy.pause(12, random)).isEmpty();
  }

  @Test
  void looksLessOftenAtTasksThatRunForLong() {
    assertThat(policy().nextLook(Duration.ZERO)).isEqualTo(Duration.ofMillis(500));
    assertThat(policy().nextLook(Duration.ofSeconds(30))).isEqualTo(Duration.ofSeconds(3));
    assertThat(policy().nextLook(Duration.ofDays(1))).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void refusesToStartWithHostsButWithoutASecret() {
    assertThatThrownBy(() -> settings("hosts = [\"a.example\"]"))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("webhooks.secret");
    assertThat(settings("secret = " + SECRET).toString()).doesNotContain(SECRET);
  }

  @Test
  void signsAsStandardWebhooksHasIt() {
    // The example of that standard's own documentation.
    WebhookSignature signature = new WebhookSignature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    assertThat(
            signature.of(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                Instant.ofEpochSecond(1_614_265_330),
                "{\"test\": 2432232314}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }
}
