// SPDX-License-Identifier: Apache-2.0

/// Every time series of `/metrics/trivy`: what was found, under the names that dashboards and alert rules already use.
///
/// Three gauges end in `_total`, against Prometheus' own rule, because those rules ask for them; each has a twin that does not.
package enum TrivyCatalog {
    /// The container that a value is about.
    package static let containerLabels = ["workload_namespace", "workload_kind", "workload", "container", "image"]

    package static let vulnerabilities = MetricDescription(
        "trivy_vulnerabilities_total", .gauge, labels: containerLabels + ["severity"],
        help: "Vulnerabilities in a container's image, by severity in upper case.")
    package static let secrets = MetricDescription(
        "trivy_secrets_total", .gauge, labels: containerLabels + ["secret_type"],
        help:
            "Credentials that lie in a container's image, by Trivy's rule; UNLISTED for those beyond the report's list."
    )
    package static let misconfigurations = MetricDescription(
        "trivy_misconfigurations_total", .gauge, labels: containerLabels + ["severity"],
        help: "Failed checks of a container's image, by severity; UNLISTED for those beyond the report's list.")
    package static let lastScan = MetricDescription(
        "trivy_last_scan_timestamp_seconds", .gauge, labels: containerLabels,
        help: "When the scan began that a container's report comes from.")
    package static let scanDuration = MetricDescription(
        "trivy_scan_duration_seconds", .gauge, labels: containerLabels,
        help: "How long the last scan of a container's image took; absent until this process has seen one.")
    package static let databaseAge = MetricDescription(
        "trivy_db_age_seconds", .gauge,
        help: "Age of the vulnerability database that the latest scan used; absent before the first.")
    package static let scans = MetricDescription(
        "trivy_scans_total", .counter, help: "Scans of images that ended, failed ones included.")
    package static let scanFailures = MetricDescription(
        "trivy_scan_failures_total", .counter, labels: ["reason"],
        help: "Scans of images that came to no result, by reason.")
    package static let databaseFailures = MetricDescription(
        "trivy_db_update_failures_total", .counter,
        help: "Scans that failed because the vulnerability database could not be fetched.")
    package static let outOfMemory = MetricDescription(
        "trivy_scan_oomkilled_total", .counter, help: "Scans that the kernel killed for want of memory.")
    package static let leftOut = MetricDescription(
        "trivy_series_left_out_total", .counter,
        help: "Series that were left out of an answer because it would have been too long, summed over all answers.")

    package static let all =
        [
            vulnerabilities, secrets, misconfigurations, lastScan, scanDuration, databaseAge, scans, scanFailures,
            databaseFailures, outOfMemory, leftOut,
        ] + [vulnerabilities, secrets, misconfigurations].map(current)

    /// The twin of a gauge that ends in `_total`.
    package static func current(_ description: MetricDescription) -> MetricDescription {
        MetricDescription(
            description.name.replacingEnding("_total", by: "_current"), description.kind, labels: description.labels,
            help: "\(description.help) The same as \(description.name).")
    }

    /// True where Prometheus' rule for names is broken on purpose.
    package static func isNameException(_ description: MetricDescription) -> Bool {
        description.kind == .gauge && description.name.hasSuffix("_total")
    }
}

extension String {
    fileprivate func replacingEnding(_ ending: String, by other: String) -> String {
        hasSuffix(ending) ? String(dropLast(ending.count)) + other : self
    }
}
