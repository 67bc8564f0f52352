// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Digests
import Findings
import KubernetesModel
import OCIModel
import Planning

/// Findings of one image that somebody may have to be told of, each with a fingerprint that is the same wherever and whenever
/// it is found in that repository.
struct ReportAlarms: Hashable, Sendable {
    /// Of the repository itself.
    var repository: UInt32
    /// The report's image.
    var image: String
    var vulnerabilities: [Vulnerability] = []
    var secrets: [Secret] = []

    struct Vulnerability: Hashable, Sendable {
        var fingerprint: UInt32
        var record: FindingRecord
        var image: String
    }

    struct Secret: Hashable, Sendable {
        var fingerprint: UInt32
        var rule: String
        var image: String
    }
}

/// What one report tells of that is severe enough. It reads nothing of the world: the same report always says the same, so it
/// is taken apart once, however often its policy is planned.
struct SevereFindings: Derivation {
    let report: ScanReport
    let minimum: SeverityName

    private static let secretsOfARule = 20

    static func == (left: SevereFindings, right: SevereFindings) -> Bool {
        left.minimum == right.minimum && left.report.key == right.report.key
            && left.report.scanTime == right.report.scanTime && left.report.contentDigest == right.report.contentDigest
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(minimum)
        hasher.combine(report.key)
        hasher.combine(report.contentDigest)
    }

    func value(in world: World) -> ReportAlarms {
        let image = report.image.reference
        let repository = Self.repository(of: image)
        var alarms = ReportAlarms(repository: Self.fingerprint([repository]), image: image)
        guard let records = FindingRecords(of: report) else { return alarms }
        alarms.vulnerabilities = records.vulnerabilities.filter { $0.severity >= minimum }.map {
            .init(
                fingerprint: Self.fingerprint([repository, "vulnerability", $0.id, $0.package]), record: $0,
                image: image)
        }
        // They are told apart by rule and number: where the second of a rule stands is nobody's business here.
        alarms.secrets = records.others.filter { $0.kind == .secret }.flatMap { secret in
            (0..<min(max(1, secret.count), Self.secretsOfARule)).map { number in
                .init(
                    fingerprint: Self.fingerprint([repository, "secret", secret.id, "\(number)"]), rule: secret.id,
                    image: image)
            }
        }
        return alarms
    }

    private static func repository(of image: String) -> String {
        do throws(ImageReferenceError) {
            let reference = try ImageReference(parsing: image)
            return "\(reference.registry)/\(reference.repository)"
        } catch { return image }
    }

    static func fingerprint(_ words: [String]) -> UInt32 {
        SHA256.hash(words.joined(separator: "\u{0}").utf8).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
