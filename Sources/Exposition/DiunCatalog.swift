// SPDX-License-Identifier: Apache-2.0

/// Every time series of `/metrics/diun`: what is newer than what runs, under the names that dashboards and alert rules ask for.
///
/// Two gauges end in `_total`, against Prometheus' own rule, because those rules ask for them; each has a twin that does not.
package enum DiunCatalog {
    package static let monitored = MetricDescription(
        "diun_images_monitored_total", .gauge,
        help: "Images that are watched; one that several watches name counts once for each.")
    package static let outdated = MetricDescription(
        "diun_images_outdated_total", .gauge, help: "Images of which something newer is there.")
    package static let outdatedImage = MetricDescription(
        "diun_image_outdated", .gauge,
        labels: ["workload_namespace", "service", "image", "registry", "current_tag", "latest_tag"],
        help: "1 for a workload whose image is outdated; absent for any other.")
    package static let outdatedSince = MetricDescription(
        "imagewatch_image_outdated_since_timestamp_seconds", .gauge,
        labels: ["workload_namespace", "service", "image", "registry", "criticality"],
        help: "Since when a workload's image is outdated; a newer tag does not change it.")
    package static let failing = MetricDescription(
        "diun_images_failing", .gauge, help: "Images whose registry gave no usable answer.")
    package static let stateBytes = MetricDescription(
        "diun_db_size_bytes", .gauge, help: "Bytes of what is remembered: the statuses of all watches.")
    package static let lastCheck = MetricDescription(
        "diun_last_check_timestamp_seconds", .gauge,
        help: "When a registry last answered; before the first answer, when the newest watch was made.")
    package static let checks = MetricDescription(
        "diun_checks_total", .counter, help: "Answers of registries to what a watch asked: a list of tags, a digest.")
    package static let updates = MetricDescription(
        "diun_updates_detected_total", .counter,
        help: "Newer versions that turned up between two answers of this page, beginning with its first.")
    package static let requests = MetricDescription(
        "diun_registry_requests_total", .counter, labels: ["registry"],
        help: "Requests on behalf of a registry, its token server's included.")
    package static let errors = MetricDescription(
        "diun_registry_errors_total", .counter, labels: ["registry"],
        help: "Requests without an answer, or answered with 408 or 5xx.")
    package static let authenticationErrors = MetricDescription(
        "diun_registry_auth_errors_total", .counter, labels: ["registry"],
        help: "Questions that a registry did not answer to anybody we are: 401 or 403 in the end.")
    package static let rateLimitHits = MetricDescription(
        "diun_registry_rate_limit_hits_total", .counter, labels: ["registry"], help: "Requests answered with 429.")
    package static let sent = MetricDescription(
        "diun_notifications_sent_total", .counter, labels: ["notifier"],
        help: "Messages that a channel's receiver accepted; notifier is the channel's namespace and name.")
    package static let sendErrors = MetricDescription(
        "diun_notification_errors_total", .counter, labels: ["notifier"],
        help: "Tries to send a message that failed, repetitions included.")
    package static let queue = MetricDescription(
        "diun_notification_queue_length", .gauge, labels: ["notifier"],
        help: "Messages that a channel has not delivered yet.")
    package static let leftOut = MetricDescription(
        "diun_series_left_out_total", .counter,
        help: "Series that were left out of an answer because it would have been too long, summed over all answers.")

    package static let all =
        [
            monitored, outdated, outdatedImage, outdatedSince, failing, stateBytes, lastCheck, checks, updates,
            requests,
            errors, authenticationErrors, rateLimitHits, sent, sendErrors, queue, leftOut,
        ] + [monitored, outdated].map(TrivyCatalog.current)
}
