// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Exposition
import Testing

@Suite struct MetricsTests {
    let counter = MetricDescription(
        "t_requests_total", .counter, labels: ["path"], help: "Requests, with a \\ and\na line.")
    let wait = MetricDescription("t_wait_seconds", .histogram([0.1, 1]), help: "Wait.")

    @Test func `writes families sorted, with escaped help and label values`() {
        let metrics = Metrics([wait, counter])
        metrics.add(2, to: counter, "a\"b\\c\nd")
        metrics.observe(0.5, in: wait)
        #expect(
            metrics.text() == #"""
                # HELP t_requests_total Requests, with a \\ and\na line.
                # TYPE t_requests_total counter
                t_requests_total{path="a\"b\\c\nd"} 2
                # HELP t_wait_seconds Wait.
                # TYPE t_wait_seconds histogram
                t_wait_seconds_bucket{le="0.1"} 0
                t_wait_seconds_bucket{le="1"} 1
                t_wait_seconds_bucket{le="+Inf"} 1
                t_wait_seconds_sum 0.5
                t_wait_seconds_count 1

                """#)
    }

    @Test func `a metric without labels starts at zero`() {
        #expect(Metrics([wait]).text().contains("t_wait_seconds_count 0"))
    }

    @Test func `the number of series is bounded and the rest is counted`() {
        let metrics = Metrics([counter, MetricCatalog.droppedSeries])
        for index in 0..<(Metrics.maximumSeries + 5) { metrics.add(to: counter, "\(index)") }
        #expect(metrics.value(MetricCatalog.droppedSeries) == 5)
        #expect(metrics.value(counter, "0") == 1)
    }
}
