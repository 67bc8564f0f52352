// SPDX-License-Identifier: Apache-2.0
import Exposition

/// The page of all time series in the documentation.
enum MetricsPage {
    static func render() -> String {
        """
        # Metrics

        Every time series that the operator serves on its metrics address, in Prometheus' text format.

        ## Of the operator itself
        `/metrics`. Counters whose label values are known begin at zero.

        \(table(MetricCatalog.all))
        ## Of what was found
        `/metrics/trivy`. Gauges say, at each request, what the reports of the images say that run just then; they appear on the
        replica that leads. Counters begin at zero when a process starts. An answer has at most 10,000 series of gauges: the worst
        container of each namespace first, then the next of each; what is left out is counted. Control characters in label values
        become U+FFFD, values are cut at 256 bytes, and what then has the same labels is one series with the worse value.

        \(table(TrivyCatalog.all))
        ## Of what is newer than what runs
        `/metrics/diun`. Gauges say, at each request, what the statuses of the watches say just then; they appear on the replica that
        leads. Counters begin at zero when a process starts. `service` is the top-level workload, empty for an image that none runs.
        Registries beyond 200 are counted together as `other`.

        \(table(DiunCatalog.all))
        ## Exceptions to Prometheus' rules for names
        These gauges end in `_total` because existing dashboards and alert rules ask for them; each has a twin that does not:
        \((TrivyCatalog.all + DiunCatalog.all).filter(TrivyCatalog.isNameException).map { "`\($0.name)`" }.joined(separator: ", ")).

        """
    }

    private static func table(_ metrics: [MetricDescription]) -> String {
        let rows = metrics.sorted { $0.name < $1.name }.map { metric in
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(metric.name)` | \(metric.kind.word) | \(labels) | \(metric.help) |\n"
        }
        return "| name | type | labels | meaning |\n|---|---|---|---|\n" + rows.joined()
    }
}
