package io.remuda.gateway.tasks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs deliveries as Standard Webhooks has it: {@code v1,} and the Base64 of the HMAC-SHA256 over
 * {@code <id>.<seconds>.<body>}, so that ready-made libraries check it.
 */
public final class WebhookSignature {

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  /** A secret that starts with {@code whsec_} is the Base64 of the key, as that standard has it. */
  public WebhookSignature(String secret) {
    byte[] bytes =
        secret.startsWith("whsec_")
            ? Base64.getDecoder().decode(secret.substring("whsec_".length()))
            : secret.getBytes(StandardCharsets.UTF_8);
    this.key = new SecretKeySpec(bytes, ALGORITHM);
  }

  public String of(String id, Instant at, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update((id + "." + at.getEpochSecond() + ".").getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
