package io.remuda.protocol.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** What the JDK makes of one certificate; a new one gets all of it anew, sessions included. */
final class TlsMaterial {

  private static final char[] IN_MEMORY = "in-memory".toCharArray();

  private final NodeCertificate own;
  private final X509ExtendedKeyManager keys;
  private final X509ExtendedTrustManager trust;
  private final SSLContext context;

  TlsMaterial(NodeCertificate own) {
    this.own = own;
    try {
      this.keys = keys(own);
      this.trust = trust(own);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this JDK cannot use the node's certificate", e);
    }
    this.context = context(keys, new FleetTrust(() -> trust));
  }

  NodeCertificate own() {
    return own;
  }

  X509ExtendedKeyManager keys() {
    return keys;
  }

  X509ExtendedTrustManager trust() {
    return trust;
  }

  SSLContext context() {
    return context;
  }

  static SSLContext context(KeyManager keys, TrustManager trust) {
    try {
      SSLContext made = SSLContext.getInstance("TLS");
      made.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
      return made;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK speaks no TLS", e);
    }
  }

  private static X509ExtendedKeyManager keys(NodeCertificate own)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "node", own.key(), IN_MEMORY, new Certificate[] {own.certificate(), own.authority()});
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, IN_MEMORY);
    return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
  }

  private static X509ExtendedTrustManager trust(NodeCertificate own)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("authority", own.authority());
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }
}
