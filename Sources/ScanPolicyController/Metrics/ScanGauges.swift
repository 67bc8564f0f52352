// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Exposition
import KubernetesModel
import Planning

/// What reports say of the containers that run, as the gauges of `/metrics/trivy`: a function of the world and the time.
package struct ScanGauges {
    /// In the order of `TrivyCatalog`.
    package private(set) var families: [MetricFamily] = []
    /// Series beyond the limit.
    package private(set) var leftOut = 0

    /// The most series of one answer.
    package static let defaultLimit = 10_000

    /// One container: everything that is said of it appears, or nothing does.
    private struct Row {
        let labels: [String]
        var severities: [SeverityName: Int]?
        var secrets: [String: Int] = [:]
        var misconfigurations: [String: Int] = [:]
        var lastScan: Timestamp?
        var seconds: Double?

        init(labels: [String]) { self.labels = labels }

        /// How many series it makes, twins included.
        var count: Int {
            2 * ((severities == nil ? 0 : SeverityName.allCases.count) + secrets.count + misconfigurations.count) + 1
                + (seconds == nil ? 0 : 1)
        }

        /// Where labels are the same, the worse value stands.
        mutating func merge(_ report: ScanReport, _ lists: ReportLists, seconds new: Double?) {
            if report.scanner.scanners.contains(.vulnerability) {
                severities = (severities ?? [:]).merging(report.summary.vulnerabilities, uniquingKeysWith: max)
            }
            secrets.merge(lists.secrets, uniquingKeysWith: max)
            misconfigurations.merge(lists.misconfigurations, uniquingKeysWith: max)
            lastScan = min(lastScan ?? report.scanTime, report.scanTime)
            if let new { seconds = max(seconds ?? new, new) }
        }

        func isWorse(than other: Row) -> Bool {
            for severity in SeverityName.allCases.reversed() {
                let (own, others) = (severities?[severity] ?? 0, other.severities?[severity] ?? 0)
                if own != others { return own > others }
            }
            return labels.lexicographicallyPrecedes(other.labels)
        }
    }

    /// - Parameter seconds: how long the last scan of a unit took, by the unit's id.
    package init(of world: World, seconds: [String: Double] = [:], at now: Timestamp, limit: Int = defaultLimit) {
        let rows = Self.rows(of: world, seconds)
        var chosen: [Row] = []
        // One for the age of the database.
        var room = limit - 1
        for row in Self.inTurn(rows) {
            if row.count <= room {
                room -= row.count
                chosen.append(row)
            } else {
                leftOut += row.count
            }
        }
        families = Self.families(chosen)
        if let updated = Self.latestDatabase(in: world) {
            let age = Double((now - updated).components.seconds)
            families.append(MetricFamily(TrivyCatalog.databaseAge, value: max(0, age)))
        } else {
            families.append(MetricFamily(TrivyCatalog.databaseAge))
        }
    }

    private static func rows(of world: World, _ seconds: [String: Double]) -> [Row] {
        var rows: [[String]: Row] = [:]
        var lists: [ObjectKey: ReportLists] = [:]
        for (place, reports) in ContainerReports(in: world).reports {
            let labels = [
                place.namespace, place.workload.kind, place.workload.name, place.container, place.image,
            ].map(LabelValue.clean)
            for (key, report) in reports {
                let list = lists[key] ?? ReportLists(report)
                lists[key] = list
                rows[labels, default: Row(labels: labels)].merge(report, list, seconds: seconds[report.unitID])
            }
        }
        return Array(rows.values)
    }

    /// The worst of each namespace, then the next worst of each, …: a namespace with many containers does not push out others.
    private static func inTurn(_ rows: [Row]) -> [Row] {
        var ranked: [(rank: Int, row: Row)] = []
        for (_, own) in Dictionary(grouping: rows, by: { $0.labels[0] }) {
            for (rank, row) in own.sorted(by: { $0.isWorse(than: $1) }).enumerated() { ranked.append((rank, row)) }
        }
        return ranked.sorted { $0.rank == $1.rank ? $0.row.isWorse(than: $1.row) : $0.rank < $1.rank }.map(\.row)
    }

    private static func families(_ rows: [Row]) -> [MetricFamily] {
        var vulnerabilities = MetricFamily(TrivyCatalog.vulnerabilities)
        var secrets = MetricFamily(TrivyCatalog.secrets)
        var misconfigurations = MetricFamily(TrivyCatalog.misconfigurations)
        var lastScan = MetricFamily(TrivyCatalog.lastScan)
        var duration = MetricFamily(TrivyCatalog.scanDuration)
        for row in rows {
            if let severities = row.severities {
                for severity in SeverityName.allCases {
                    let labels = row.labels + [severity.rawValue.uppercased()]
                    vulnerabilities.set(Double(severities[severity] ?? 0), labels)
                }
            }
            for (rule, count) in row.secrets { secrets.set(Double(count), row.labels + [rule]) }
            for (severity, count) in row.misconfigurations {
                misconfigurations.set(Double(count), row.labels + [severity])
            }
            if let time = row.lastScan { lastScan.set(Double(time.seconds), row.labels) }
            if let seconds = row.seconds { duration.set(seconds, row.labels) }
        }
        let doubles = [vulnerabilities, secrets, misconfigurations]
        return doubles + [lastScan, duration] + doubles.map { $0.copy(as: TrivyCatalog.current($0.description)) }
    }

    private static func latestDatabase(in world: World) -> Timestamp? {
        let reports = world[ScanReport.self].objects().filter { $0.scanner.databaseUpdatedTime != nil }
        return reports.max { $0.scanTime < $1.scanTime }?.scanner.databaseUpdatedTime
    }
}

extension ScanReport {
    /// The id of the unit that it is the result of.
    var unitID: String {
        let realm: Realm =
            scanner.placement == .operator ? .operator : .workload(namespace: metadata.namespace)
        return ScanUnit.id(realm, imageKey)
    }
}
