package io.remuda.deploy.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** Trust in the certificates of a file, and in no others, for calls to an https gateway. */
final class TrustedAuthority {

  private TrustedAuthority() {}

  /** Throws {@link CliFailure} when the file holds none. */
  static SSLContext context(Path file) {
    try {
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store(file));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new CliFailure(
          Exit.USAGE,
          file
              + " cannot be used as --cacert ("
              + e.getMessage()
              + "); name a file with certificates in PEM form",
          e);
    }
  }

  private static KeyStore store(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (found.isEmpty()) {
        throw new GeneralSecurityException("it holds no certificate");
      }
      int number = 0;
      for (Certificate certificate : found) {
        store.setCertificateEntry("authority-" + number++, certificate);
      }
    }
    return store;
  }

  /** What a failed handshake means to whoever typed the command. */
  static CliFailure failure(URI url, Optional<Path> authority, SSLException e) {
    return new CliFailure(
        Exit.FAILURE,
        "no encrypted connection with "
            + url
            + ": "
            + e.getMessage()
            + "; "
            + authority
                .map(file -> "check that its certificate was signed by one of those in " + file)
                .orElse("name its authority's certificate with --cacert or REMUDA_CACERT")
            + ", and that it was made for this host",
        e);
  }
}
