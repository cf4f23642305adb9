// GET /metrics: what Prometheus scrapes.
import type { Metrics } from "../metrics.ts";
import { onlyMethods, type Routes } from "./app.ts";

export function metricsRoutes(metrics: Pick<Metrics, "scrape">): Routes {
  return (app) => {
    app
      .get("/metrics", async (_request, response) => {
        const { contentType, body } = await metrics.scrape();
        response.writeHead(200, { "content-type": contentType, "content-length": Buffer.byteLength(body) });
        response.end(body);
      })
      .all("/metrics", onlyMethods("GET", "HEAD"));
  };
}
