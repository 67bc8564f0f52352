// SPDX-License-Identifier: Apache-2.0

/// Every time series of the operator's own work, served on `/metrics`.
package enum MetricCatalog {
    package static let plans = MetricDescription(
        "watchbill_plans_total", .counter, labels: ["controller", "outcome"],
        help: "Plans made, by how the pass over the object ended.")
    package static let planSeconds = MetricDescription(
        "watchbill_plan_duration_seconds", .histogram([0.0001, 0.001, 0.005, 0.02, 0.1, 1, 10]),
        labels: ["controller"],
        help: "Time from taking a key to the end of its plan, without carrying it out.")
    package static let eventSeconds = MetricDescription(
        "watchbill_event_to_plan_seconds",
        .histogram([0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]),
        labels: ["controller"],
        help:
            "Time from receiving a watch event to the end of the first plan that saw it; of several events for one plan the oldest."
    )
    package static let queueDepth = MetricDescription(
        "watchbill_queue_depth", .gauge, help: "Keys that wait for a plan.")
    package static let queueAge = MetricDescription(
        "watchbill_queue_oldest_seconds", .gauge, help: "How long the key that waits longest for a plan has waited.")
    package static let requests = MetricDescription(
        "watchbill_api_requests_total", .counter, labels: ["verb", "code"],
        help: "Requests sent to the Kubernetes API, by verb and status code; code 0 means no answer.")
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
    package static let factStates = MetricDescription(
        "watchbill_facts", .gauge, labels: ["question", "state"],
        help: "Questions that plans want answered now: known, failed, or unknown yet.")
    package static let factAge = MetricDescription(
        "watchbill_fact_oldest_seconds", .gauge, labels: ["question"],
        help: "Age of the oldest answer that plans use.")
    package static let hints = MetricDescription(
        "watchbill_hints_total", .counter, labels: ["provider", "outcome"],
        help: "Requests to /hints, by sender and what they came to; Accepted brings a check forward.")
    package static let scans = MetricDescription(
        "watchbill_scan_results_total", .counter, labels: ["reason"],
        help: "Results read from the logs of scan Pods; reason is empty for a report, else why there is none.")
    package static let scanSeconds = MetricDescription(
        "watchbill_scan_duration_seconds", .histogram([1, 5, 15, 60, 300, 600, 1_800]),
        help: "How long the scanner took for one image, by the courier's clock.")
    package static let leader = MetricDescription(
        "watchbill_leader", .gauge, help: "1 while this replica holds the lease, or needs none, and may write.")
    package static let unknownFields = MetricDescription(
        "watchbill_configuration_unknown_fields", .gauge,
        help: "Fields of the configuration that this version does not know and leaves aside; the log names them.")
    package static let droppedSeries = MetricDescription(
        "watchbill_metrics_dropped_series_total", .counter,
        help: "Updates of series beyond the bound of 1000 per metric.")

    package static let all = [
        plans, planSeconds, eventSeconds, queueDepth, queueAge, requests, watchRestarts, objects, unreadable, facts,
        factStates, factAge, hints, scans, scanSeconds, leader, unknownFields, droppedSeries,
    ]
}
