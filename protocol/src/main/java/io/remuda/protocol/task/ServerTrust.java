package io.remuda.protocol.task;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** Which servers are believed to be who they say, for connections to brokers and stores. */
public final class ServerTrust {

  /** The setting that names the certificates of the tasks' servers. */
  public static final String TASKS_CA = "remuda.tasks.ca-file";

  private ServerTrust() {}

  /**
   * Trust in the certificates of {@code caFile} (PEM, one or more), or in those that Java trusts.
   * Throws IllegalArgumentException when the file cannot be used.
   */
  public static TrustManagerFactory managers(Optional<Path> caFile) {
    return managers(caFile, TASKS_CA);
  }

  private static TrustManagerFactory managers(Optional<Path> caFile, String key) {
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
              key + " " + caFile.get() + " holds no certificate in PEM form");
        }
      }
      trust.init(store);
      return trust;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          key
              + " "
              + caFile.map(Path::toString).orElse("")
              + " cannot be read ("
              + e.getMessage()
              + "); it must be a file of certificates in PEM form",
          e);
    }
  }

  /**
   * The address of a PostgreSQL with the file that its server's certificate is checked against,
   * where it wants one checked ({@code sslmode=verify-full}) and names none itself.
   *
   * @param caFile empty: none
   */
  public static String postgres(String address, String caFile) {
    return caFile.isEmpty()
            || !address.contains("sslmode=verify-")
            || address.contains("sslrootcert=")
        ? address
        : address + "&sslrootcert=" + URLEncoder.encode(caFile, StandardCharsets.UTF_8);
  }

  /**
   * Why a server was not believed, and what to do; empty when the failure is another one.
   *
   * @param failure as a client's library tells it
   * @param key of the setting that names the certificates
   */
  public static Optional<String> distrust(Throwable failure, String key) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String why = String.valueOf(cause.getMessage());
      if (cause instanceof CertificateException) {
        return Optional.of(
            why.startsWith("No subject alternative") || why.startsWith("No name matching")
                ? otherHost(why)
                : "its certificate is not trusted (" + why + "); name its issuer's in " + key);
      }
      if (cause instanceof SQLException && why.contains("not be verified by hostnameverifier")) {
        return Optional.of(otherHost(why));
      }
      if (cause instanceof SSLException && cause.getCause() == null) {
        return Optional.of(
            "TLS with it failed (" + why + "); see that its port is the one for TLS");
      }
    }
    return Optional.empty();
  }

  private static String otherHost(String why) {
    return "its certificate is for another host (" + why + "); name the host that it is made for";
  }

  /** The same as a context for TLS; whoever uses it has to check the host's name too. */
  public static SSLContext context(Optional<Path> caFile) {
    return context(caFile, TASKS_CA);
  }

  /**
   * The same for other servers.
   *
   * @param key of the setting that names the file, for what is said of it
   */
  public static SSLContext context(Optional<Path> caFile, String key) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers(caFile, key).getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }
}
