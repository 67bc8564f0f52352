// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import KubernetesModel
import OCIModel
import ScanPolicyController

/// What the page shows, worked out of reports; the same image in several namespaces counts once.
struct PageFigures {
    struct Image {
        var entry: ReportEntry
        var namespaces: [String]
    }

    /// One package in one version, over all images.
    struct Package {
        var name: String
        var installed: String
        var counts: [SeverityName: Int] = [:]
        var images: Set<String> = []
        /// What an update would end, and to what.
        var fixableCounts: [SeverityName: Int] = [:]
        var fixes: Set<String> = []
        var total: Int { counts.values.reduce(0, +) }
        var fixable: Int { fixableCounts.values.reduce(0, +) }
    }

    struct Bucket {
        var name: String
        var counts: [SeverityName: Int] = [:]
        var total: Int { counts.values.reduce(0, +) }
    }

    /// The worst first.
    let images: [Image]
    let totals: [SeverityName: Int]
    let fixable: Int
    let secrets: Int
    let namespaces: [String]
    /// The worst first.
    let packages: [Package]
    /// What updates would end, the most first.
    let updates: [Package]
    /// By the year in the vulnerability's id, the oldest first.
    let years: [Bucket]
    /// By the time since when the image has a report.
    let known: [Bucket]
    /// Images of which not everything is listed, so that packages and ages miss the mildest.
    let incomplete: Int

    var total: Int { totals.values.reduce(0, +) }
    /// In percent.
    var fixableShare: Int { total == 0 ? 0 : fixable * 100 / total }
    /// How many images have a critical vulnerability.
    var critical: Int { images.count { ($0.entry.report.summary.vulnerabilities[.critical] ?? 0) > 0 } }

    init(_ selection: ReportSelection, at now: Timestamp) {
        var images: [Image] = []
        var places: [String: Int] = [:]
        for match in selection.matches {
            let report = match.entry.report
            let key = "\(report.image.digest) \(report.image.platform)"
            if let place = places[key] {
                images[place].namespaces.append(report.metadata.namespace)
            } else {
                places[key] = images.count
                images.append(Image(entry: match.entry, namespaces: [report.metadata.namespace]))
            }
        }
        self.images = images
        let summaries = images.map(\.entry.report.summary)
        totals = summaries.reduce(into: [:]) { $0.merge($1.vulnerabilities, uniquingKeysWith: +) }
        fixable = summaries.map(\.fixable).reduce(0, +)
        secrets = summaries.map(\.secrets).reduce(0, +)
        namespaces = Set(images.flatMap(\.namespaces)).sorted()
        incomplete = images.count { !$0.entry.isComplete }
        let packages = Self.packages(of: images)
        self.packages = packages.sorted { $0.isWorse(than: $1) }
        updates = packages.filter { $0.fixable > 0 }.sorted {
            $0.fixable != $1.fixable ? $0.fixable > $1.fixable : $0.isWorse(than: $1)
        }
        years = Self.years(of: images)
        known = Self.known(images, at: now)
    }

    private static func packages(of images: [Image]) -> [Package] {
        var packages: [[String]: Package] = [:]
        for image in images {
            let report = image.entry.report
            for finding in image.entry.findings {
                let key = [finding.package, finding.installed]
                var package = packages[key] ?? Package(name: finding.package, installed: finding.installed)
                package.counts[finding.severity, default: 0] += 1
                package.images.insert("\(report.image.digest) \(report.image.platform)")
                if let fixed = finding.fixed {
                    package.fixableCounts[finding.severity, default: 0] += 1
                    package.fixes.insert(fixed)
                }
                packages[key] = package
            }
        }
        return Array(packages.values)
    }

    private static func years(of images: [Image]) -> [Bucket] {
        var buckets: [String: Bucket] = [:]
        for finding in images.flatMap(\.entry.findings) {
            let name = year(of: finding.id) ?? "other ids"
            buckets[name, default: Bucket(name: name)].counts[finding.severity, default: 0] += 1
        }
        return buckets.values.sorted { $0.name < $1.name }
    }

    /// `CVE-2023-…` was numbered in 2023.
    private static func year(of id: String) -> String? {
        let parts = id.split(separator: "-")
        guard parts.count >= 3, parts[0] == "CVE", parts[1].utf8.count == 4, let year = Int(parts[1]), year > 1_998
        else { return nil }
        return String(year)
    }

    private static func known(_ images: [Image], at now: Timestamp) -> [Bucket] {
        let limits: [(String, Int64)] = [
            ("less than a day", 1), ("less than a week", 7), ("less than a month", 30), ("less than three months", 90),
            ("longer", .max),
        ]
        var buckets = limits.map { Bucket(name: $0.0) }
        for image in images {
            let report = image.entry.report
            let age = now - (report.metadata.creationTime ?? report.scanTime)
            let days = age.components.seconds / 86_400
            let place = limits.firstIndex { days < $0.1 } ?? limits.count - 1
            buckets[place].counts.merge(report.summary.vulnerabilities, uniquingKeysWith: +)
        }
        return buckets
    }
}

extension PageFigures.Package {
    fileprivate func isWorse(than other: Self) -> Bool {
        for severity in SeverityName.allCases.reversed() {
            let pair = (counts[severity] ?? 0, other.counts[severity] ?? 0)
            if pair.0 != pair.1 { return pair.0 > pair.1 }
        }
        return (name, installed) < (other.name, other.installed)
    }
}
