package io.remuda.protocol.task;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Which servers are believed to be who they say, for connections to brokers and stores. */
public final class ServerTrust {

  private ServerTrust() {}

  /**
   * Trust in the certificates of {@code caFile} (PEM, one or more), or in those that Java trusts.
   * Throws IllegalArgumentException when the file cannot be used.
   */
  public static TrustManagerFactory managers(Optional<Path> caFile) {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      if (caFile.isEmpty()) {
        trust.init((KeyStore) null);
        return trust;
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      try (InputStream in = Files.newInputStream(caFile.get())) {
        int count = 0;
        for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
          store.setCertificateEntry("ca-" + count++, each);
        }
        if (count == 0) {
          throw new IllegalArgumentException(
              "remuda.tasks.ca-file " + caFile.get() + " holds no certificate in PEM form");
        }
      }
      trust.init(store);
      return trust;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "remuda.tasks.ca-file "
              + caFile.map(Path::toString).orElse("")
              + " cannot be read ("
              + e.getMessage()
              + "); it must be a file of certificates in PEM form",
          e);
    }
  }

  /** The same as a context for TLS; whoever uses it has to check the host's name too. */
  public static SSLContext context(Optional<Path> caFile) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers(caFile).getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }
}
