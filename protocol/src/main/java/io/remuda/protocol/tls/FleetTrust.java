package io.remuda.protocol.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Takes who shows a certificate of the fleet's authority that is valid now, and says of the others
 * whose certificate it was and what is wrong with it. Under which name a node is met does not
 * matter: nodes move, and all are trusted alike.
 */
public final class FleetTrust extends X509ExtendedTrustManager {

  private final Supplier<X509ExtendedTrustManager> now;

  FleetTrust(Supplier<X509ExtendedTrustManager> now) {
    this.now = now;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    try {
      now.get().checkClientTrusted(chain, type);
    } catch (CertificateException e) {
      throw explained(chain, e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    try {
      now.get().checkServerTrusted(chain, type);
    } catch (CertificateException e) {
      throw explained(chain, e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, type);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, type);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return now.get().getAcceptedIssuers();
  }

  private static CertificateException explained(X509Certificate[] chain, CertificateException e) {
    if (chain.length == 0) {
      return e;
    }
    X509Certificate shown = chain[0];
    String whose = "the certificate of " + printable(NodeCertificate.describe(shown));
    try {
      shown.checkValidity();
      return new CertificateException(whose + " is not of this fleet's authority", e);
    } catch (CertificateExpiredException | CertificateNotYetValidException untimely) {
      return new CertificateException(
          whose
              + " is valid from "
              + shown.getNotBefore().toInstant()
              + " to "
              + shown.getNotAfter().toInstant()
              + " and this machine's clock says "
              + Instant.now(),
          untimely);
    }
  }

  /** Written by who wants to get in, and read by people at their terminals. */
  private static String printable(String name) {
    String plain = name.replaceAll("[^a-zA-Z0-9@._-]", "?");
    return plain.length() > 80 ? plain.substring(0, 80) : plain;
  }
}
