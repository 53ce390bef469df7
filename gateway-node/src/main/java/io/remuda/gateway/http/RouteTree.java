package io.remuda.gateway.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Finds the endpoint of a request. Empty segments are skipped, so {@code //v1//models/} is {@code
 * /v1/models}; a literal segment wins over a parameter.
 */
final class RouteTree {

  private final List<Entry> entries = new ArrayList<>();

  RouteTree(List<ApiRoute> endpoints) {
    for (ApiRoute endpoint : endpoints) {
      entries.add(new Entry(endpoint, segments(endpoint.template())));
    }
    // With literals first, the first that matches is the most exact one.
    entries.sort((a, b) -> Integer.compare(a.parameters(), b.parameters()));
  }

  /**
   * What was found.
   *
   * @param endpoint empty when no route has that method
   * @param parameters of the path, by name
   * @param allowed methods of all routes of that path; empty when there is no such path
   */
  record Match(
      Optional<ApiRoute> endpoint, Map<String, String> parameters, TreeSet<String> allowed) {}

  Match find(String method, List<String> path) {
    TreeSet<String> allowed = new TreeSet<>();
    for (Entry entry : entries) {
      Optional<Map<String, String>> parameters = entry.match(path);
      if (parameters.isPresent()) {
        if (entry.endpoint().method().equals(method)) {
          return new Match(Optional.of(entry.endpoint()), parameters.get(), allowed);
        }
        allowed.add(entry.endpoint().method());
      }
    }
    return new Match(Optional.empty(), Map.of(), allowed);
  }

  private static List<String> segments(String template) {
    List<String> segments = new ArrayList<>();
    for (String segment : template.split("/", -1)) {
      if (!segment.isEmpty()) {
        segments.add(segment);
      }
    }
    return segments;
  }

  private record Entry(ApiRoute endpoint, List<String> segments) {

    int parameters() {
      return (int) segments.stream().filter(segment -> segment.startsWith("{")).count();
    }

    Optional<Map<String, String>> match(List<String> path) {
      Map<String, String> parameters = new HashMap<>();
      for (int at = 0; at < segments.size(); at++) {
        String wanted = segments.get(at);
        if (wanted.endsWith("*}")) {
          parameters.put(
              wanted.substring(1, wanted.length() - 2),
              String.join("/", path.subList(Math.min(at, path.size()), path.size())));
          return Optional.of(parameters);
        }
        if (at >= path.size()) {
          return Optional.empty();
        }
        if (wanted.startsWith("{")) {
          parameters.put(wanted.substring(1, wanted.length() - 1), path.get(at));
        } else if (!wanted.equals(path.get(at))) {
          return Optional.empty();
        }
      }
      return path.size() == segments.size()
          ? Optional.of(Collections.unmodifiableMap(parameters))
          : Optional.empty();
    }
  }
}
