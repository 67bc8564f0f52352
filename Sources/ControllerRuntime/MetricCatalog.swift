// SPDX-License-Identifier: Apache-2.0

/// Every time series of the operator's own work.
package enum MetricCatalog {
    package static let plans = MetricDescription(
        "watchbill_plans_total", .counter, labels: ["controller", "outcome"],
        help: "Plans made, by how the pass over the object ended.")
    package static let planSeconds = MetricDescription(
        "watchbill_plan_duration_seconds", .histogram([0.0001, 0.001, 0.005, 0.02, 0.1, 1]), labels: ["controller"],
        help: "Time from taking a key to the end of its plan, without carrying it out.")
    package static let queueDepth = MetricDescription(
        "watchbill_queue_depth", .gauge, help: "Keys that wait for a plan.")
    package static let requests = MetricDescription(
        "watchbill_api_requests_total", .counter, labels: ["verb", "code"],
        help: "Writes sent to the Kubernetes API, by verb and status code; code 0 means no answer.")
    package static let watchRestarts = MetricDescription(
        "watchbill_watch_restarts_total", .counter, labels: ["resource", "reason"],
        help: "Watches that were opened again, by why the one before ended.")
    package static let objects = MetricDescription(
        "watchbill_cached_objects", .gauge, labels: ["resource"], help: "Objects held in memory, by kind.")
    package static let unreadable = MetricDescription(
        "watchbill_unreadable_objects", .gauge, labels: ["resource"],
        help: "Objects that could not be read; each is named in the log and, if it is ours, in its status.")
    package static let facts = MetricDescription(
        "watchbill_facts_total", .counter, labels: ["question", "outcome"],
        help: "Questions asked outside Kubernetes' objects, by kind and outcome.")
    package static let scans = MetricDescription(
        "watchbill_scan_results_total", .counter, labels: ["reason"],
        help: "Results read from scan Jobs; reason is empty for a report, else why there is none.")
    package static let leader = MetricDescription(
        "watchbill_leader", .gauge, help: "1 while this replica holds the lease and may write.")
    package static let droppedSeries = MetricDescription(
        "watchbill_metrics_dropped_series_total", .counter,
        help: "Updates of series beyond the bound of 1000 per metric.")

    package static let all = [
        plans, planSeconds, queueDepth, requests, watchRestarts, objects, unreadable, facts, scans, leader,
        droppedSeries,
    ]
}
