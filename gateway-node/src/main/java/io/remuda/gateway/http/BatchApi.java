package io.remuda.gateway.http;

import io.remuda.gateway.batches.BatchDesk;
import io.remuda.gateway.batches.LineWork;
import java.util.ArrayList;
import java.util.List;

/** What the API needs to speak of files and batches. */
public record BatchApi(BatchDesk desk, LineWork work) {

  List<ApiRoute> endpoints() {
    List<ApiRoute> all = new ArrayList<>(new FileRoutes(desk.files()).endpoints());
    all.addAll(new BatchRoutes(desk, work).endpoints());
    return all;
  }
}
