package io.remuda.protocol.cluster;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.management.javadsl.ManagementRouteProvider;
import akka.management.javadsl.ManagementRouteProviderSettings;
import io.remuda.protocol.metrics.Metrics;

/** {@code GET /metrics} on the contact endpoint. Named in reference.conf. */
public final class MetricsRoute implements ManagementRouteProvider {

  @Override
  public Route routes(ManagementRouteProviderSettings settings) {
    return Directives.path(
        "metrics",
        () ->
            Directives.get(
                () ->
                    Directives.complete(
                        akka.http.javadsl.model.HttpResponse.create()
                            .withEntity(
                                HttpEntities.create(
                                    ContentTypes.TEXT_PLAIN_UTF8, Metrics.scrapeText())))));
  }
}
